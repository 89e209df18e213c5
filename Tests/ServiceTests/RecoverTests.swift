import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

/// `vdpad recover`: what is done when no daemon comes after one that has ended.
@Suite("Recovery without a daemon")
struct RecoverTests {
    /// Runs it to its end.
    private static func recover(
        _ daemon: DaemonUnderTest, environment: [String] = []
    ) throws -> (exit: SpawnedProcess.Exit, output: String) {
        let process = try daemon.spawn(["recover"] + daemon.arguments, environment: environment, name: "vdpad")
        return (try process.waitForExit(within: 20_000), process.output)
    }

    /// A crash of a daemon that has stopped net0 by a lease and blk0 for good.
    private static func crash(_ daemon: DaemonUnderTest, environment: [String] = []) throws {
        try daemon.start(environment: environment)
        let client = try daemon.connect()
        for device in ["net0", "blk0"] { try daemon.hold(device) }
        _ = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
        _ = try client.call("device.suspend", ["device": "blk0", "keep": true])
        try daemon.kill()
    }

    @Test func whatHasALeaseGoesOnAndTheRestStays() async throws {
        try await withSimulatedHost { daemon in
            try Self.crash(daemon)
            let (exit, output) = try Self.recover(daemon)
            #expect(exit == .status(0), "\(output)")
            #expect(output.contains("net0: resumed"), "\(output)")
            #expect(output.contains("blk0: stays stopped"), "\(output)")
            try daemon.simulated.waitForIO("net0")
            #expect(try daemon.simulated.count("blk0", .resume) == 0)
            // Once is enough.
            #expect(try Self.recover(daemon).output.contains("net0") == false)
            try daemon.start()
            let next = try daemon.connect()
            try wait(until: "it was looked at") { try next.runState("blk0") == "suspended" }
            #expect(try next.runState("net0") == "running")
        }
    }

    @Test func aStopOfWhichNobodyWasToldIsUndone() async throws {
        try await withDaemon { daemon, _ in
            try RestartTests.crashWithinSuspend(daemon)
            try daemon.simulated.unstick("net0", .suspend)
            let (exit, output) = try Self.recover(daemon)
            #expect(exit == .status(0), "\(output)")
            #expect(output.contains("net0: resumed"), "\(output)")
            try daemon.simulated.waitForIO("net0")
        }
    }

    @Test func aStopThatWasToBeKeptIsKept() async throws {
        try await withDaemon { daemon, _ in
            try RestartTests.crashWithinSuspend(daemon, ["device": "net0", "keep": true])
            try daemon.simulated.unstick("net0", .suspend)
            #expect(try Self.recover(daemon).output.contains("net0: "))
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func whatWasHandedBackIsNotTouched() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            _ = try client.call("device.handBack", ["devices": ["net0"]])
            try daemon.kill()
            let (exit, output) = try Self.recover(daemon)
            #expect(exit == .status(0))
            #expect(output.contains("net0: left to its VMM"), "\(output)")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func nothingIsResumedBehindAnotherHolder() async throws {
        try await withSimulatedHost { daemon in
            try Self.crash(daemon)
            try daemon.simulated.release("net0")
            try daemon.hold("net0")
            let (exit, output) = try Self.recover(daemon)
            #expect(exit == .status(1), "\(output)")
            #expect(output.contains("net0: may be stopped"), "\(output)")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    @Test func whatCannotBeResumedIsSaid() async throws {
        try await withSimulatedHost { daemon in
            try Self.crash(daemon)
            try daemon.simulated.fail("net0", .resume, .ioError)
            let (exit, output) = try Self.recover(daemon)
            #expect(exit == .status(1), "\(output)")
            #expect(output.contains("net0: may be stopped"), "\(output)")
        }
    }

    @Test func aDaemonThatRunsDoesItItself() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            _ = try client.call("device.suspend", ["device": "net0", "holdMs": 60_000])
            let (exit, output) = try Self.recover(daemon)
            #expect(exit == .status(0))
            #expect(output.contains("vdpad runs"), "\(output)")
            #expect(try client.runState("net0") == "suspended")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
            _ = try client.call("device.resume", ["device": "net0"])
        }
    }

    // MARK: At the end of the service

    /// The service manager gives every start a name of its own, which also what runs after its end is told.
    static let ends: [(start: String, end: [String], isToBeRecovered: Bool)] = [
        // The daemon has served: it is started again.
        ("a", ["INVOCATION_ID=a", "SERVICE_RESULT=signal"], false),
        // A start after that has failed: so will the next one.
        ("a", ["INVOCATION_ID=b", "SERVICE_RESULT=exit-code"], true),
        // It was stopped, and killed since that took too long: it is not started again.
        ("a", ["INVOCATION_ID=a", "SERVICE_RESULT=timeout"], true),
        // Somebody has run it in a shell that is a service itself.
        ("a", ["INVOCATION_ID=a"], true),
    ]

    @Test(arguments: ends)
    func aDaemonThatIsStartedAgainDoesItItself(
        start: String, end: [String], isToBeRecovered: Bool
    ) async throws {
        try await withSimulatedHost { daemon in
            try Self.crash(daemon, environment: ["INVOCATION_ID=\(start)"])
            let (exit, output) = try Self.recover(daemon, environment: end)
            #expect(exit == .status(0), "\(output)")
            #expect(output.contains("started again") == !isToBeRecovered, "\(output)")
            #expect(try daemon.simulated.count("net0", .resume) == (isToBeRecovered ? 1 : 0))
        }
    }

    /// Stopped before it serves: then it never does.
    @Test func aStopDuringTheStartIsForGoodToo() async throws {
        try await withSimulatedHost { daemon in
            try daemon.simulated.stick(nil, .netlink)
            let process = try daemon.spawn(daemon.arguments, environment: ["INVOCATION_ID=a"], name: "vdpad")
            // Signals are received before the socket is there.
            try wait(until: "it listens") { try Files.list(daemon.directory.path).contains("vdpad.sock") }
            process.send(signal: SIGTERM)
            #expect(try process.waitForExit(within: 30_000) == .status(0), "\(process.output)")
            #expect(try Files.list(daemon.stateDirectory).contains("serving") == false)
            try daemon.simulated.unstick(nil, .netlink)
        }
    }

    @Test(arguments: [(SIGTERM, false), (SIGUSR1, true)])
    func aStopIsToldFromARestart(signal: Int32, isLeftToTheNext: Bool) async throws {
        try await withSimulatedHost { daemon in
            let environment = ["INVOCATION_ID=a"]
            try daemon.start(environment: environment)
            try daemon.stop(signal)
            let (exit, output) = try Self.recover(daemon, environment: environment + ["SERVICE_RESULT=success"])
            #expect(exit == .status(0))
            #expect(output.contains("started again") == isLeftToTheNext, "\(output)")
        }
    }

    @Test func aWrongConfigurationKeepsNothingStopped() async throws {
        try await withSimulatedHost { daemon in
            try Self.crash(daemon)
            let path = try daemon.configure("{ nonsense")
            let process = try daemon.spawn(["recover", "--config", path] + daemon.arguments)
            #expect(try process.waitForExit(within: 20_000) == .status(0), "\(process.output)")
            #expect(process.output.contains("net0: resumed"), "\(process.output)")
        }
    }

    /// Which may be what keeps the daemon from starting, too.
    @Test(arguments: ["/nowhere/audit", "/dev/null"]) func anAuditFileThatCannotBeUsedKeepsNothingStopped(
        file: String
    ) async throws {
        try await withSimulatedHost { daemon in
            try Self.crash(daemon)
            let path = try daemon.configure(#"{"auditFile": "\#(file)"}"#)
            let process = try daemon.spawn(["recover", "--config", path] + daemon.arguments)
            #expect(try process.waitForExit(within: 20_000) == .status(0), "\(process.output)")
            #expect(process.output.contains("net0: resumed"), "\(process.output)")
            #expect(process.output.contains("auditFile: \(file)"), "\(process.output)")
        }
    }

    /// Only the configuration says where the records are: it is not said that there are none.
    @Test func withoutTheConfigurationRecordsElsewhereAreNotOverlooked() async throws {
        try await withSimulatedHost { daemon in
            let elsewhere = daemon.directory.path + "/elsewhere"
            var arguments = daemon.arguments
            let place = try #require(arguments.firstIndex(of: "--state-directory"))
            arguments.removeSubrange(place...place + 1)
            for (text, status) in [(#"{"stateDirectory": "\#(elsewhere)"}"#, Int32(0)), ("{ nonsense", 1)] {
                let path = try daemon.configure(text)
                let process = try daemon.spawn(["recover", "--config", path] + arguments)
                #expect(try process.waitForExit(within: 20_000) == .status(status), "\(process.output)")
                #expect(process.output.contains("nothing is stopped") == (status == 0), "\(process.output)")
            }
        }
    }
}
