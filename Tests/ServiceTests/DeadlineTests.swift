import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Calls that do not return")
struct DeadlineTests {
    /// Lets a VMM hold net0 and a suspend of it miss its deadline.
    static func missDeadline(
        _ daemon: DaemonUnderTest, _ client: DaemonClient, _ params: JSONValue = ["device": "net0"]
    ) throws -> Failure {
        try daemon.hold("net0")
        try daemon.simulated.stick("net0", .suspend)
        return try client.failure("device.suspend", params.setting("deadlineMs", to: 100), is: "deadlineExceeded")
    }

    @Test func aSuspendThatDoesNotReturnMissesItsDeadlineAndSaysWhatGoesOn() async throws {
        try await withDaemon { daemon, client in
            let begin = MonotonicInstant.now
            let failure = try Self.missDeadline(daemon, client)
            #expect(MonotonicInstant.now.nanoseconds(since: begin) >= 100_000_000)
            #expect(failure.code == 1006)
            #expect(failure.runStateAfter == "suspending")
            #expect(failure.data["operation"]?.text?.isEmpty == false)
            #expect(failure.data["retryable"] == true)
            #expect(failure.data["device"] == "net0")
            try daemon.simulated.unstick("net0", .suspend)
        }
    }

    @Test func meanwhileEverythingElseGoesOn() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("blk0")
            _ = try Self.missDeadline(daemon, client)
            #expect(try client.call("device.suspend", ["device": "blk0"])["runState"] == "suspended")
            #expect(try client.call("device.resume", ["device": "blk0"])["runState"] == "running")
            #expect(try client.call("device.list")["devices"]?.elements.count == 2)
            var problem: JSONValue?
            try wait(until: "the call counts as stuck") {
                let health = try client.call("system.health")
                problem = health["problems"]?.elements.first { $0["kind"] == "stuckCall" }
                return problem != nil && health["healthy"] == false
            }
            #expect(problem?["device"] == "net0")
            #expect(problem?["sinceMs"]?.number != nil)
            // And a new client too.
            #expect(try daemon.connect().call("system.info")["host"] == "simulated")
            try daemon.simulated.unstick("net0", .suspend)
        }
    }

    @Test(arguments: ["device.status", "device.config", "device.get", "device.holders", "device.list", "state.export"])
    func readOnlyMethodsNeverQueueBehindAStuckCall(method: String) async throws {
        try await withDaemon { daemon, client in
            _ = try Self.missDeadline(daemon, client)
            let params: JSONValue = method == "device.list" ? [:] : ["device": "net0"]
            if method == "state.export" {
                // It needs the device: what matters is that it is answered.
                let id = try client.send(method, params)
                _ = try client.nextReply()
                _ = try? client.result(of: id)
            } else {
                let reply = try client.call(method, params)
                if ["device.status", "device.config"].contains(method) {
                    #expect(reply["asOf"]?.text != nil, "\(reply)")
                }
                if method == "device.status" { #expect(reply["runState"] == "suspending") }
            }
            try daemon.simulated.unstick("net0", .suspend)
        }
    }

    @Test(arguments: ["device.suspend", "device.resume"])
    func aSecondOperationOnTheDeviceIsRefusedMeanwhile(method: String) async throws {
        try await withDaemon { daemon, client in
            _ = try Self.missDeadline(daemon, client)
            let failure = try client.failure(method, ["device": "net0"], is: "operationInProgress", "hostBlocked")
            #expect(failure.runStateAfter == "suspending")
            try daemon.simulated.unstick("net0", .suspend)
        }
    }

    /// An automatic RESUME is never sent after a hand back.
    @Test func aHandBackMeanwhileIsEitherRefusedOrKept() async throws {
        try await withDaemon { daemon, client in
            _ = try Self.missDeadline(daemon, client)
            let id = try client.send("device.handBack", ["device": "net0"])
            _ = try client.nextReply()
            do {
                _ = try client.result(of: id)
                try daemon.simulated.unstick("net0", .suspend)
                try expectThroughout(200, "no resume after a hand back") {
                    try daemon.simulated.count("net0", .resume) == 0
                }
            } catch let failure as Failure {
                #expect(["operationInProgress", "hostBlocked"].contains(failure.name), "\(failure)")
                try daemon.simulated.unstick("net0", .suspend)
                try daemon.simulated.waitForIO("net0")
            }
        }
    }

    @Test func aClientThatVanishesDuringTheCallLeavesNothingHalfStopped() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            do {
                let other = try daemon.connect()
                _ = try other.send("device.suspend", ["device": "net0"])
                try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            }
            try daemon.simulated.unstick("net0", .suspend)
            var runState: String?
            try wait(until: "the suspend has ended") {
                runState = try client.runState("net0")
                return runState == "suspended" || runState == "running"
            }
            if runState == "running" { try daemon.simulated.waitForIO("net0") }
            #expect(
                try client.call("device.resume", ["device": "net0"])["wasSuspended"]?.flag == (runState == "suspended"))
        }
    }

    @Test func aSuspendThatReturnsAfterItsDeadlineIsUndone() async throws {
        try await withDaemon { daemon, client in
            _ = try Self.missDeadline(daemon, client)
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "the device is resumed") { try daemon.simulated.count("net0", .resume) == 1 }
            try daemon.simulated.waitForIO("net0")
            try wait(until: "the run state is running") { try client.runState("net0") == "running" }
            try wait(until: "the daemon is healthy") { try client.call("system.health")["healthy"] == true }
            let reply = try client.call("device.suspend", ["device": "net0"])
            #expect(reply["wasSuspended"] == false)
        }
    }

    @Test func aSuspendThatReturnsAfterItsDeadlineIsKeptOnRequest() async throws {
        try await withDaemon { daemon, client in
            _ = try Self.missDeadline(daemon, client, ["device": "net0", "keep": true])
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "the device is suspended") { try client.runState("net0") == "suspended" }
            try expectThroughout(100, "the device stays suspended") {
                try daemon.simulated.count("net0", .resume) == 0
            }
            #expect(try client.call("device.resume", ["device": "net0"])["wasSuspended"] == true)
        }
    }

    @Test func withoutResumeALateStopIsReportedSuspended() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.withdraw("net0", .resume)
            _ = try Self.missDeadline(daemon, client, ["device": "net0", "allowIrreversible": true])
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "the device is suspended") { try client.runState("net0") == "suspended" }
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func aSuspendThatFailsAfterItsDeadlineLeavesTheDeviceRunning() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.fail("net0", .suspend, .ioError, times: 1)
            try daemon.simulated.stick("net0", .suspend)
            try client.failure("device.suspend", ["device": "net0", "deadlineMs": 100], is: "deadlineExceeded")
            try daemon.simulated.unstick("net0", .suspend)
            try wait(until: "the run state is running") { try client.runState("net0") == "running" }
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aResumeThatDoesNotReturnMissesItsDeadlineAndIsDoneLater() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.stick("net0", .resume)
            let failure = try client.failure(
                "device.resume", ["device": "net0", "deadlineMs": 100], is: "deadlineExceeded")
            #expect(failure.runStateAfter == "resuming")
            #expect(try client.runState("net0") == "resuming")
            try daemon.simulated.unstick("net0", .resume)
            try wait(until: "the run state is running") { try client.runState("net0") == "running" }
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aStuckStatusCallMissesItsDeadlineAndTheDeviceComesBack() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            #expect(try client.runState("net0") == "running")
            try daemon.simulated.stick("net0", .getStatus)
            // Either refused at the deadline or answered with what was known.
            let id = try client.send("device.status", ["device": "net0", "deadlineMs": 100])
            _ = try client.nextReply()
            do {
                #expect(try client.result(of: id)["asOf"] != nil)
            } catch let failure as Failure {
                #expect(failure.name == "deadlineExceeded")
            }
            try daemon.simulated.unstick("net0", .getStatus)
            try wait(until: "the device answers again") {
                let status = try client.status("net0")
                return status["runState"] == "running" && status["asOf"] == nil
            }
        }
    }

    @Test(arguments: ["device.open", "state.export", "device.reset"])
    func otherCallsHaveADeadlineToo(method: String) async throws {
        try await withDaemon { daemon, client in
            if method != "device.open" { try daemon.hold("blk0") }
            let call: SimulatedCall =
                switch method {
                case "device.open": .open
                case "device.reset": .setStatus
                default: .getStatus
                }
            try daemon.simulated.stick("blk0", call)
            var params: JSONValue = ["device": "blk0", "deadlineMs": 100]
            if method == "device.reset" { params = params.setting("confirm", to: true) }
            try client.failure(method, params, is: "deadlineExceeded")
            try daemon.simulated.unstick("blk0", call)
            // Until then nothing may be known of it.
            try wait(until: "the device answers again") {
                guard let status = try? client.status("blk0") else { return false }
                return status["asOf"] == nil
            }
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func theDaemonEndsWithStatusZeroWhileACallDoesNotReturn(signal: Int32) async throws {
        try await withDaemon { daemon, client in
            _ = try Self.missDeadline(daemon, client)
            let process = try #require(daemon.process)
            process.send(signal: signal)
            #expect(try process.waitForExit() == .status(0))
            try daemon.simulated.unstick("net0", .suspend)
            // It starts again, and the device runs again.
            try daemon.start()
            try daemon.simulated.waitForIO("net0")
            let again = try daemon.connect()
            try wait(until: "the run state is running") { try again.runState("net0") == "running" }
        }
    }

    @Test func theDaemonEndsWhileAClientWaits() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            _ = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            try daemon.stop()
            try daemon.simulated.unstick("net0", .suspend)
        }
    }
}
