import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Restart of the daemon")
struct RestartTests {
    /// How the daemon ends.
    enum End: CaseIterable, Sendable {
        case orderly
        case crash
    }

    static func restart(_ daemon: DaemonUnderTest, _ end: End) throws -> DaemonClient {
        switch end {
        case .orderly: try daemon.stop()
        case .crash: try daemon.kill()
        }
        try daemon.start()
        return try daemon.connect()
    }

    /// A crash of the daemon within the ioctl, which returns after it.
    static func crashWithinSuspend(_ daemon: DaemonUnderTest, _ params: JSONValue = ["device": "net0"]) throws {
        let client = try daemon.connect()
        try daemon.hold("net0")
        try daemon.simulated.stick("net0", .suspend)
        _ = try client.send("device.suspend", params)
        try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
        try daemon.kill()
    }

    // MARK: What was confirmed

    @Test(arguments: End.allCases) func aSuspendedDeviceIsRememberedAndNotResumed(end: End) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let suspended = try client.call("device.suspend", ["device": "net0"])
            let again = try Self.restart(daemon, end)
            let status = try again.status("net0")
            #expect(status["runState"] == "suspended")
            #expect(status["vouched"] == false)
            #expect(status["assertedAt"] == suspended["assertedAt"])
            #expect(try again.call("device.get", ["device": "net0"])["device"]?["runState"] == "suspended")
            try expectThroughout(50, "no resume") { try daemon.simulated.count("net0", .resume) == 0 }
            let resumed = try again.call("device.resume", ["device": "net0"])
            #expect(resumed["wasSuspended"] == true)
            #expect(resumed["configurationChanged"] == false)
            let stop = try #require(suspended["timing"]?["returnedAtNs"]?.number)
            let start = try #require(resumed["timing"]?["enteredAtNs"]?.number)
            #expect(resumed["downtime"]?["minimumNs"]?.number == start - stop)
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test(arguments: End.allCases) func suspendingAgainAfterARestartSaysThatItWas(end: End) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let again = try Self.restart(daemon, end)
            #expect(try again.call("device.suspend", ["device": "net0"])["wasSuspended"] == true)
        }
    }

    @Test(arguments: End.allCases) func aResumedDeviceIsNotRememberedAsSuspended(end: End) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            _ = try client.call("device.resume", ["device": "net0"])
            let again = try Self.restart(daemon, end)
            #expect(try again.runState("net0") == "running")
            #expect(try daemon.simulated.count("net0", .resume) == 1)
        }
    }

    @Test(arguments: End.allCases) func manyDevicesAreRemembered(end: End) async throws {
        try await withDaemon { daemon, client in
            let names = ["net0", "blk0"] + (1...6).map { "vm\($0)-disk" }
            for name in names.dropFirst(2) { try daemon.simulated.add(name, .block) }
            for name in names {
                try daemon.hold(name)
                try wait(until: "\(name) is known") { try client.runState(name) == "running" }
                _ = try client.call("device.suspend", ["device": .string(name)])
            }
            let again = try Self.restart(daemon, end)
            for name in names { #expect(try again.runState(name) == "suspended", "\(name)") }
        }
    }

    // MARK: What was not confirmed

    /// A record found `suspending` means: may be stopped. It is resumed.
    @Test(arguments: [true, false])
    func aCrashWithinTheCallLeavesTheVMMRunning(returnsBeforeTheRestart: Bool) async throws {
        try await withDaemon { daemon, _ in
            try Self.crashWithinSuspend(daemon)
            if returnsBeforeTheRestart { try daemon.simulated.unstick("net0", .suspend) }
            try daemon.start()
            if !returnsBeforeTheRestart {
                // A recovery that waits for the kernel holds up nothing else.
                let client = try daemon.connect()
                #expect(try client.call("device.list")["devices"]?.elements.count == 2)
                #expect(try client.runState("blk0") == "idle")
                try daemon.simulated.unstick("net0", .suspend)
            }
            try wait(until: "the device is resumed") { try daemon.simulated.count("net0", .resume) >= 1 }
            try daemon.simulated.waitForIO("net0")
            let client = try daemon.connect()
            try wait(until: "the run state is running") { try client.runState("net0") == "running" }
            #expect(try client.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
        }
    }

    @Test func aCrashBeforeTheCallLeavesTheVMMRunning() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .getBackendFeatures)
            _ = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "the suspend is on its way") {
                try daemon.simulated.count("net0", .getBackendFeatures) >= 1
            }
            try daemon.kill()
            try daemon.simulated.unstick("net0", .getBackendFeatures)
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "the run state is running") { try again.runState("net0") == "running" }
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aCrashWithinTheCallKeepsTheStopOnRequest() async throws {
        try await withDaemon { daemon, _ in
            try Self.crashWithinSuspend(daemon, ["device": "net0", "keep": true])
            try daemon.simulated.unstick("net0", .suspend)
            try daemon.start()
            let client = try daemon.connect()
            let runState = try client.runState("net0")
            #expect(["suspended", "suspending", "unknown"].contains(runState), "\(runState ?? "")")
            try expectThroughout(200, "the stop is kept") { try daemon.simulated.count("net0", .resume) == 0 }
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }

    @Test func aCrashWithinAResumeIsFinished() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            try daemon.simulated.fail("net0", .resume, .ioError, times: 1)
            try daemon.simulated.stick("net0", .resume)
            _ = try client.send("device.resume", ["device": "net0"])
            try wait(until: "RESUME is called") { try daemon.simulated.count("net0", .resume) == 1 }
            try daemon.kill()
            try daemon.simulated.unstick("net0", .resume)
            try daemon.start()
            try daemon.simulated.waitForIO("net0")
            let again = try daemon.connect()
            try wait(until: "the run state is running") { try again.runState("net0") == "running" }
        }
    }

    /// RESUME goes only to the holder that was stopped, with its DRIVER_OK. Another one may have opened the device anew or
    /// share its description: that is not known, and is said.
    @Test(arguments: End.allCases, [true, false])
    func aDeviceWhoseHolderHasChangedIsNotResumed(end: End, isConfirmed: Bool) async throws {
        try await withDaemon { daemon, client in
            if isConfirmed {
                try daemon.hold("net0")
                _ = try client.call("device.suspend", ["device": "net0"])
                if end == .orderly { try daemon.stop() } else { try daemon.kill() }
            } else {
                try Self.crashWithinSuspend(daemon)
                try daemon.simulated.unstick("net0", .suspend)
            }
            try daemon.simulated.release("net0")
            try wait(until: "a new VMM holds the device") { (try? daemon.hold("net0")) != nil }
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "the run state is unknown") { try again.runState("net0") == "unknown" }
            try expectThroughout(100, "no resume") { try daemon.simulated.count("net0", .resume) == 0 }
            let problem = try again.call("system.health")["problems"]?[0]
            #expect(problem?["kind"] == "recoveryFailed")
            #expect(problem?["device"] == "net0")
            #expect(try again.call("state.export", ["device": "net0"])["state"]?["stability"]?["suspended"] == false)
            #expect(try daemon.simulated.count("net0", .suspend) == 1)
            #expect(try again.call("device.suspend", ["device": "net0"])["wasSuspended"] == false)
            #expect(try again.call("device.resume", ["device": "net0"])["runState"] == "running")
            #expect(try again.call("system.health")["healthy"] == true)
        }
    }

    @Test(arguments: End.allCases) func aHolderThatLeftMeanwhileIsForgotten(end: End) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            if end == .orderly { try daemon.stop() } else { try daemon.kill() }
            try daemon.simulated.release("net0")
            try daemon.start()
            let again = try daemon.connect()
            try wait(until: "the device is idle") { try again.runState("net0") == "idle" }
        }
    }

    @Test(arguments: End.allCases) func aDeviceThatVanishedMeanwhileIsForgotten(end: End) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            if end == .orderly { try daemon.stop() } else { try daemon.kill() }
            try daemon.simulated.vanish("net0")
            try daemon.simulated.release("net0")
            try daemon.start()
            let again = try daemon.connect()
            try again.failure("device.status", ["device": "net0"], is: "deviceNotFound")
            try daemon.simulated.add("net0", .net)
            try daemon.hold("net0")
            try wait(until: "the new device is seen") {
                (try? again.runState("net0")) == "running"
            }
        }
    }

    @Test func aRecoveryThatFailsIsReportedAndNotFatal() async throws {
        try await withDaemon { daemon, _ in
            try Self.crashWithinSuspend(daemon)
            try daemon.simulated.unstick("net0", .suspend)
            try daemon.simulated.fail("net0", .resume, .ioError)
            try daemon.start()
            let client = try daemon.connect()
            try wait(until: "health reports it") {
                let problems = try client.call("system.health")["problems"]?.elements ?? []
                return problems.contains { $0["kind"] == "recoveryFailed" && $0["device"] == "net0" }
            }
            #expect(try client.runState("net0") != "running")
            try daemon.simulated.fail("net0", .resume, nil)
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
            try wait(until: "health reports it no more") { try client.call("system.health")["healthy"] == true }
        }
    }

    @Test func aRecoveryThatFailsIsTriedAgain() async throws {
        try await withDaemon { daemon, _ in
            try Self.crashWithinSuspend(daemon)
            try daemon.simulated.unstick("net0", .suspend)
            try daemon.simulated.fail("net0", .resume, .ioError, times: 2)
            try daemon.start()
            try daemon.simulated.waitForIO("net0")
            let client = try daemon.connect()
            try wait(until: "the run state is running") { try client.runState("net0") == "running" }
            #expect(try daemon.simulated.count("net0", .resume) == 3)
            #expect(try client.call("system.health")["healthy"] == true)
            let steps = try #require(try Self.firstOperation(client)["phases"]?.elements)
            // Of the tries, which may have no end, only the first and what came of the last.
            #expect(steps.compactMap { $0["name"]?.text } == ["begun", "stopping", "resuming", "resumed"])
        }
    }

    @Test func whatACrashHasInterruptedSaysHowFarItHadCome() async throws {
        try await withDaemon { daemon, _ in
            try Self.crashWithinSuspend(daemon, ["device": "net0", "keep": true])
            try daemon.simulated.unstick("net0", .suspend)
            try daemon.start()
            let client = try daemon.connect()
            let operation = try Self.firstOperation(client)
            #expect(operation["state"] == "interrupted")
            let steps = try #require(operation["phases"]?.elements)
            #expect(steps.compactMap { $0["name"]?.text } == ["begun", "stopping"])
            #expect(steps.allSatisfy { $0["device"] == "net0" })
            // Once more: they are in the record now.
            let again = try Self.restart(daemon, .crash)
            #expect(try Self.firstOperation(again)["phases"] == operation["phases"])
        }
    }

    /// All of the first operation that is known.
    private static func firstOperation(_ client: DaemonClient) throws -> JSONValue {
        let id = try #require(try client.call("operation.list")["operations"]?[0]?["id"])
        return try #require(try client.call("operation.get", ["operation": id])["operation"])
    }

    // MARK: Records

    /// The files in the state directory that tell what is to be done to a device.
    static func records(_ daemon: DaemonUnderTest, of device: String = "net0") throws -> [String] {
        var found: [String] = []
        var directories = [daemon.stateDirectory]
        while let directory = directories.popLast() {
            for name in try Files.list(directory) {
                let path = "\(directory)/\(name)"
                switch try Files.status(path, followingLink: false).kind {
                // What was asked for is kept there, whatever came of it.
                case .directory where name == "operations": break
                case .directory: directories.append(path)
                case .regular where try Files.readText(path).contains(device): found.append(path)
                default: break
                }
            }
        }
        return found
    }

    @Test func aRecordIsThereFromTheIntentToTheResume() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            #expect(try Self.records(daemon) == [])
            try daemon.simulated.stick("net0", .suspend)
            let id = try client.send("device.suspend", ["device": "net0"])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            // Intent is on disk before the act.
            let intent = try Self.records(daemon)
            #expect(intent.isEmpty == false)
            for path in intent { #expect(try Files.readText(path).contains("suspending")) }
            try daemon.simulated.unstick("net0", .suspend)
            _ = try client.result(of: id)
            let record = try Self.records(daemon)
            #expect(record.isEmpty == false)
            for path in record { #expect(try Files.readText(path).contains("suspended")) }
            _ = try client.call("device.resume", ["device": "net0"])
            #expect(try Self.records(daemon) == [])
        }
    }

    @Test func whatCannotBeWrittenIsNotBegun() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0"])
            let path = try #require(try Self.records(daemon).first)
            _ = try client.call("device.resume", ["device": "net0"])
            // A directory in the place of the record cannot be replaced.
            try Files.createDirectory(path, mode: 0o700)
            try Files.createDirectory(path + "/occupied", mode: 0o700)
            let calls = try daemon.simulated.count("net0", .suspend)
            try client.failure("device.suspend", ["device": "net0"])
            #expect(try daemon.simulated.count("net0", .suspend) == calls)
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aRecordOfAnotherBootIsIgnored() async throws {
        try await withDaemon { daemon, _ in
            try Self.crashWithinSuspend(daemon)
            try daemon.simulated.unstick("net0", .suspend)
            let boot = try Files.readText("/proc/sys/kernel/random/boot_id")
            let records = try Self.records(daemon)
            #expect(records.isEmpty == false)
            for path in records {
                let text = try Files.readText(path)
                let parts = text.split(separator: boot, omittingEmptySubsequences: false)
                try #require(parts.count == 2, "the record names its boot: \(text)")
                let other = parts.joined(separator: "00000000-0000-4000-8000-000000000000")
                try Files.replace(path, with: Array(other.utf8).span, mode: 0o600)
            }
            try daemon.start()
            let client = try daemon.connect()
            #expect(try client.runState("net0") == "running")
            try expectThroughout(100, "no resume") { try daemon.simulated.count("net0", .resume) == 0 }
        }
    }

    static let spoiled: [String] = ["", "{", "[]", "{}", "nonsense\n", "{\"device\":\"net0\"}", "\u{0}\u{0}\u{0}"]

    @Test(arguments: spoiled) func aSpoiledRecordIsReportedAndNotFatal(content: String) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            try daemon.hold("blk0")
            _ = try client.call("device.suspend", ["device": "net0"])
            _ = try client.call("device.suspend", ["device": "blk0"])
            let records = try Self.records(daemon)
            #expect(records.isEmpty == false)
            try daemon.kill()
            for path in records { try Files.replace(path, with: Array(content.utf8).span, mode: 0o600) }
            try daemon.start()
            let again = try daemon.connect()
            let health = try again.call("system.health")
            #expect(health["healthy"] == false)
            let kinds = (health["problems"]?.elements ?? []).compactMap { $0["kind"]?.text }
            #expect(kinds.contains("stateDirectory") || kinds.contains("recoveryFailed"), "\(health)")
            // The other device's record is as good as before.
            #expect(try again.runState("blk0") == "suspended")
            // And this one can be dealt with.
            #expect(try again.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }
}
