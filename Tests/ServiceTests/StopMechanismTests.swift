import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("Stops by each mechanism")
struct StopMechanismTests {
    /// Those by which a device can be stopped and go on.
    enum Mechanism: String, CaseIterable, Sendable {
        case ioctl, statusBitSuspend, statusBitStop
    }

    static let mechanisms = Mechanism.allCases
    /// Those that show in the status.
    static let bits: [Mechanism] = [.statusBitSuspend, .statusBitStop]

    /// The status of a device that was stopped so.
    private static func stoppedStatus(_ mechanism: Mechanism) -> UInt64 {
        switch mechanism {
        case .statusBitSuspend: 0x1b
        case .statusBitStop: 0x2f
        case .ioctl: 0x0f
        }
    }

    private static func bit(_ mechanism: Mechanism) -> StopBit {
        mechanism == .statusBitSuspend ? .suspend : .stop
    }

    private static func params(_ mechanism: Mechanism, _ more: JSONValue = [:]) -> JSONValue {
        more.setting("device", to: "net0").setting("mechanism", to: .string(mechanism.rawValue))
    }

    /// A daemon that knows net0 to have the proposal's bit where that is meant, and net0 as the mechanism needs it, held.
    private static func withDevice(
        _ mechanism: Mechanism, _ behaviour: SimulatedStopBit? = nil,
        _ body: @escaping @Sendable (DaemonUnderTest, DaemonClient) throws -> Void
    ) async throws {
        try await withSimulatedHost { daemon in
            try daemon.start(try arguments(daemon, mechanism))
            if mechanism != .ioctl {
                try daemon.simulated.stopBit("net0", behaviour ?? SimulatedStopBit(bit(mechanism)))
            }
            try daemon.hold("net0")
            try body(daemon, try daemon.connect())
        }
    }

    private static func arguments(_ daemon: DaemonUnderTest, _ mechanism: Mechanism) throws -> [String] {
        guard mechanism == .statusBitStop else { return [] }
        return ["--config", try daemon.configure(#"{"stopBitDevices": ["net0"]}"#)]
    }

    private static func behave(
        _ daemon: DaemonUnderTest, _ mechanism: Mechanism, _ answer: SimulatedStopBit.Answer
    ) throws {
        try daemon.simulated.stopBit("net0", SimulatedStopBit(bit(mechanism), answer: answer))
    }

    // MARK: Stop and go on

    @Test(arguments: mechanisms) func whatIsStoppedGoesOnByTheSame(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            let stop = try client.call("device.suspend", Self.params(mechanism))
            #expect(stop["mechanism"] == .string(mechanism.rawValue))
            #expect(stop["runState"] == "suspended")
            #expect(stop["status"]?.mask == Self.stoppedStatus(mechanism))
            #expect(stop["driverStatus"]?.mask == 0x0f)
            #expect(
                stop["timing"]?["call"] == (mechanism == .ioctl ? "VHOST_VDPA_SUSPEND" : "VHOST_VDPA_SET_STATUS"))
            let stopped = try daemon.simulated.completions("net0")
            try expectThroughout(50, "no request completes") {
                try daemon.simulated.completions("net0") == stopped
            }
            let status = try daemon.connect().status("net0")
            #expect(status["runState"] == "suspended")
            #expect(status["status"]?.mask == Self.stoppedStatus(mechanism))
            #expect(status["driverStatus"]?.mask == 0x0f)
            let start = try client.call("device.resume", ["device": "net0"])
            #expect(start["runState"] == "running")
            #expect(start["wasSuspended"] == true)
            #expect(start["status"]?.mask == 0x0f)
            #expect(start["downtime"] != nil)
            try daemon.simulated.waitForIO("net0")
            #expect(try daemon.simulated.count("net0", .suspend) == (mechanism == .ioctl ? 1 : 0))
            #expect(try daemon.simulated.count("net0", .resume) == (mechanism == .ioctl ? 1 : 0))
        }
    }

    @Test func theBitHasItsNameOnceItIsNegotiated() async throws {
        try await Self.withDevice(.statusBitSuspend) { _, client in
            let stop = try client.call("device.suspend", Self.params(.statusBitSuspend))
            #expect(stop["status"]?["names"]?.elements.contains("SUSPEND") == true)
            #expect(stop["driverStatus"]?["names"]?.elements.contains("SUSPEND") == false)
        }
    }

    @Test(arguments: mechanisms) func suspendingAgainKeepsTheMechanism(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { _, client in
            _ = try client.call("device.suspend", Self.params(mechanism))
            let again = try client.call("device.suspend", ["device": "net0"])
            #expect(again["mechanism"] == .string(mechanism.rawValue))
            #expect(again["wasSuspended"] == true)
            let other: Mechanism = mechanism == .ioctl ? .statusBitSuspend : .ioctl
            let failure = try client.failure("device.suspend", Self.params(other), is: "notSupported")
            #expect(failure.runStateAfter == "suspended")
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }

    @Test(arguments: mechanisms) func anExportSaysHow(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            _ = try client.call("device.suspend", Self.params(mechanism))
            let stability = try client.call("state.export", ["device": "net0"])["state"]?["stability"]
            #expect(stability?["suspended"] == true)
            #expect(stability?["mechanism"] == .string(mechanism.rawValue))
            #expect(try daemon.simulated.count("net0", .suspend) == (mechanism == .ioctl ? 2 : 0))
        }
    }

    @Test(arguments: mechanisms) func whatVdpadOwnsIsStoppedToo(mechanism: Mechanism) async throws {
        try await withSimulatedHost { daemon in
            try daemon.start(try Self.arguments(daemon, mechanism))
            if mechanism != .ioctl { try Self.behave(daemon, mechanism, .obeys) }
            let client = try daemon.connect()
            _ = try client.call("device.open", ["device": "net0", "initialize": [:]])
            let stop = try client.call("device.suspend", Self.params(mechanism))
            #expect(stop["vouched"] == true)
            #expect(stop["status"]?.mask == Self.stoppedStatus(mechanism))
            #expect(try client.call("device.resume", ["device": "net0"])["status"]?.mask == 0x0f)
        }
    }

    /// A device tells itself that it was stopped by a bit, also one that vdpad knows nothing of.
    @Test(arguments: bits, ["device.status", "device.resume", "device.suspend"])
    func whatSomebodyElseHasStoppedIsSeen(mechanism: Mechanism, method: String) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            _ = try client.call("device.suspend", Self.params(mechanism))
            _ = try client.call("device.handBack", ["device": "net0"])
            try daemon.kill()
            try daemon.start(try Self.arguments(daemon, mechanism))
            let again = try daemon.connect()
            let reply = try again.call(method, ["device": "net0"])
            #expect(reply["runState"] == (method == "device.resume" ? "running" : "suspended"))
            #expect(reply["driverStatus"]?.mask == 0x0f)
            if method == "device.suspend" { #expect(reply["mechanism"] == .string(mechanism.rawValue)) }
        }
    }

    /// Unlike a stop by ioctl it shows that somebody else has let the device go on.
    @Test(arguments: bits) func whatSomebodyElseHasResumedRuns(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            _ = try client.call("device.suspend", Self.params(mechanism))
            let socket = daemon.directory.path + "/other.sock"
            let other = try daemon.spawn(
                [
                    "--simulate", "--socket", socket, "--state-directory", daemon.directory.path + "/other",
                    "--simulated-host", daemon.simulatedSocket,
                ] + (try Self.arguments(daemon, mechanism)))
            try wait(until: "the other one listens: \(other.output)") { (try? DaemonClient(to: socket)) != nil }
            #expect(try DaemonClient(to: socket).call("device.resume", ["device": "net0"])["runState"] == "running")
            #expect(try client.runState("net0") == "running")
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    // MARK: What is refused

    @Test func withoutTheFeatureItIsRefused() async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            // Offered, and not accepted by the driver that is there.
            try daemon.simulated.stopBit("net0", SimulatedStopBit(.suspend))
            let failure = try client.failure("device.suspend", Self.params(.statusBitSuspend), is: "notSupported")
            #expect(failure.data["missing"]?.elements == ["SUSPEND"])
            #expect(failure.runStateAfter == "running")
            #expect(try daemon.simulated.completions("net0") > 0)
        }
    }

    @Test func withoutADeclarationTheProposalIsRefused() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.stopBit("net0", SimulatedStopBit(.stop))
            try daemon.hold("net0")
            let before = try daemon.simulated.count("net0", .setStatus)
            let failure = try client.failure("device.suspend", Self.params(.statusBitStop), is: "notSupported")
            #expect(failure.advice.contains("stopBitDevices"))
            #expect(try daemon.simulated.count("net0", .setStatus) == before)
        }
    }

    /// As on Linux, where vhost-vdpa lets no status bit be cleared.
    @Test func aStopThatCannotBeTakenBackIsMadeOnlyWhenItIsMeant() async throws {
        let behaviour = SimulatedStopBit(.stop, isClearable: false)
        try await Self.withDevice(.statusBitStop, behaviour) { _, client in
            let refused = try client.failure("device.suspend", Self.params(.statusBitStop), is: "irreversible")
            #expect(refused.runStateAfter == "running")
            let params = Self.params(.statusBitStop, ["allowIrreversible": true])
            #expect(try client.call("device.suspend", params)["runState"] == "suspended")
            let noWayBack = try client.failure("device.resume", ["device": "net0"], is: "notSupported")
            #expect(noWayBack.runStateAfter == "suspended")
        }
    }

    // MARK: What goes wrong

    @Test(arguments: [(Mechanism.statusBitSuspend, "needsReset"), (.statusBitStop, "running")])
    func aStopThatFailsSaysWhereTheDeviceIs(mechanism: Mechanism, runState: String) async throws {
        let behaviour = SimulatedStopBit(Self.bit(mechanism), answer: .fails, milliseconds: 10)
        try await Self.withDevice(mechanism, behaviour) { daemon, client in
            let failure = try client.failure("device.suspend", Self.params(mechanism), is: "deviceFailed")
            #expect(failure.runStateAfter == runState)
            #expect(try client.runState("net0") == runState)
            #expect(try RestartTests.records(daemon) == [])
            if mechanism == .statusBitStop { try daemon.simulated.waitForIO("net0") }
        }
    }

    /// The stop comes after the deadline, and is undone then.
    @Test(arguments: bits) func aLateStopIsUndone(mechanism: Mechanism) async throws {
        let behaviour = SimulatedStopBit(Self.bit(mechanism), milliseconds: 500)
        try await Self.withDevice(mechanism, behaviour) { daemon, client in
            let params = Self.params(mechanism, ["deadlineMs": 100])
            let failure = try client.failure("device.suspend", params, is: "deadlineExceeded")
            #expect(["suspending", "resuming", "running"].contains(failure.runStateAfter))
            try wait(until: "it runs") { try client.runState("net0") == "running" }
            #expect(try client.status("net0")["status"]?.mask == 0x0f)
            try daemon.simulated.waitForIO("net0")
            #expect(try RestartTests.records(daemon) == [])
        }
    }

    /// What neither stops nor says that it does not may stop at any time: that is not known, and said.
    @Test func aStopThatNeverComesIsNotKnown() async throws {
        let behaviour = SimulatedStopBit(.suspend, answer: .ignores)
        try await Self.withDevice(.statusBitSuspend, behaviour) { daemon, client in
            let params = Self.params(.statusBitSuspend, ["deadlineMs": 300, "keep": true])
            try client.failure("device.suspend", params, is: "deadlineExceeded")
            try wait(until: "it is given up") { try client.runState("net0") == "unknown" }
            #expect(try client.status("net0")["driverStatus"]?.mask == 0x0f)
            // It stops after all, and shows it.
            try Self.behave(daemon, .statusBitSuspend, .obeys)
            #expect(try client.runState("net0") == "suspended")
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }

    @Test(arguments: bits) func aResumeThatIsNotDoneLeavesTheDeviceWhereItIs(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            _ = try client.call("device.suspend", Self.params(mechanism))
            try Self.behave(daemon, mechanism, .ignores)
            try client.failure("device.resume", ["device": "net0", "deadlineMs": 300], is: "deadlineExceeded")
            let expected = mechanism == .statusBitSuspend ? "unknown" : "suspended"
            try wait(until: "it is given up") { try client.runState("net0") == expected }
            try Self.behave(daemon, mechanism, .obeys)
            #expect(try client.call("device.resume", ["device": "net0"])["runState"] == "running")
        }
    }

    // MARK: What resumes without being asked

    @Test(arguments: mechanisms) func aLeaseEndsByTheSameMechanism(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            _ = try client.call("device.suspend", Self.params(mechanism, ["holdMs": 200]))
            try wait(until: "it runs") { try client.runState("net0") == "running" }
            #expect(try client.status("net0")["status"]?.mask == 0x0f)
            try daemon.simulated.waitForIO("net0")
            #expect(try daemon.simulated.count("net0", .resume) == (mechanism == .ioctl ? 1 : 0))
        }
    }

    @Test(arguments: mechanisms, RestartTests.End.allCases)
    func aRestartRemembersTheMechanism(mechanism: Mechanism, end: RestartTests.End) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            _ = try client.call("device.suspend", Self.params(mechanism))
            switch end {
            case .orderly: try daemon.stop()
            case .crash: try daemon.kill()
            }
            // The declaration was taken back meanwhile: what was stopped so goes on so.
            try daemon.start()
            let again = try daemon.connect()
            let status = try again.status("net0")
            #expect(status["runState"] == "suspended")
            #expect(status["driverStatus"]?.mask == 0x0f)
            let start = try again.call("device.resume", ["device": "net0"])
            #expect(start["wasSuspended"] == true)
            #expect(start["status"]?.mask == 0x0f)
            try daemon.simulated.waitForIO("net0")
        }
    }

    /// A record found `suspending` means: may be stopped. It is resumed as it was stopped.
    @Test(arguments: bits, [false, true])
    func aCrashWithinTheStopLeavesTheVMMRunning(mechanism: Mechanism, stops: Bool) async throws {
        let behaviour = SimulatedStopBit(Self.bit(mechanism), answer: stops ? .obeys : .ignores, milliseconds: 100)
        try await Self.withDevice(mechanism, behaviour) { daemon, client in
            let before = try daemon.simulated.count("net0", .setStatus)
            _ = try client.send("device.suspend", Self.params(mechanism, ["deadlineMs": 2_000]))
            try wait(until: "it is told to stop") { try daemon.simulated.count("net0", .setStatus) > before }
            try daemon.kill()
            try daemon.start(try Self.arguments(daemon, mechanism))
            let again = try daemon.connect()
            if !stops, mechanism == .statusBitSuspend {
                // Waited for, since SUSPEND cannot be taken back: it stops at last.
                try Self.behave(daemon, mechanism, .obeys)
            }
            try wait(until: "it runs") { (try? again.runState("net0")) == "running" }
            #expect(try again.status("net0")["status"]?.mask == 0x0f)
            try daemon.simulated.waitForIO("net0")
            #expect(try daemon.simulated.count("net0", .resume) == 0)
        }
    }

    // MARK: Groups

    /// A group has no mechanism of its own; what was stopped by a bit stays so, and goes on by it.
    @Test(arguments: mechanisms) func aMemberOfAGroupKeepsItsMechanism(mechanism: Mechanism) async throws {
        try await Self.withDevice(mechanism) { daemon, client in
            try daemon.hold("blk0")
            _ = try client.call("device.suspend", Self.params(mechanism))
            let stop = try client.call("group.suspend", ["devices": ["net0", "blk0"]])
            #expect(stop["outcome"] == "suspended")
            #expect(try client.status("net0")["status"]?.mask == Self.stoppedStatus(mechanism))
            let start = try client.call("group.resume", ["devices": ["net0", "blk0"]])
            #expect(start["outcome"] == "resumed")
            #expect(try client.status("net0")["status"]?.mask == 0x0f)
            for device in ["net0", "blk0"] { try daemon.simulated.waitForIO(device) }
        }
    }
}
