import HostSuite
import JSON
import LinuxIO
import Testing
import Virtio

@testable import VDPA

@Suite("Stopping by a status bit", .timeLimit(.minutes(5)))
struct StatusBitStopTests {
    private static let running: DeviceStatus = [.acknowledge, .driver, .featuresOK, .driverOK]

    private static func stopped(_ bit: StopBit) -> DeviceStatus {
        bit == .suspend ? [.acknowledge, .driver, .featuresOK, .suspend] : running.union(.proposedStop)
    }

    private static func suspend(
        _ bit: StopBit, withinMs milliseconds: UInt64 = 60_000, allowIrreversible: Bool = false, dryRun: Bool = false
    ) -> DeviceProcedure {
        .suspend(allowIrreversible: allowIrreversible, dryRun: dryRun, by: way(bit, milliseconds))
    }

    private static func resume(_ bit: StopBit, withinMs milliseconds: UInt64 = 60_000) -> DeviceProcedure {
        .resume(dryRun: false, by: way(bit, milliseconds))
    }

    private static func way(_ bit: StopBit, _ milliseconds: UInt64) -> StopMechanism {
        .statusBit(bit, until: MonotonicInstant.now.advanced(byMilliseconds: milliseconds))
    }

    /// A device that behaves so, running.
    private static func start(
        _ behaviour: SimulatedStopBit, owned: Bool, _ test: SimulatedFixture
    ) async throws -> (DeviceNode, AccessPath) {
        let node = try await test.makeDevice(.net)
        try await test.control(.stopBit(node.device, behaviour))
        guard owned else { return (node, .shared(try await test.startHolder(of: node, running: true))) }
        _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
        return (node, .owner)
    }

    private static func behave(_ node: DeviceNode, _ behaviour: SimulatedStopBit, _ test: SimulatedFixture) async throws
    {
        try await test.control(.stopBit(node.device, behaviour))
    }

    private static func isProcessing(_ node: DeviceNode, _ test: SimulatedFixture) async throws -> Bool {
        try await test.control(.statistics(node.device))["isProcessing"] == true
    }

    @Test(arguments: StopBit.allCases, [(true, UInt32(0)), (true, 30), (false, 0), (false, 30)])
    func aDeviceIsStoppedAndGoesOn(bit: StopBit, how: (owned: Bool, milliseconds: UInt32)) async throws {
        try await withSimulatedHost { test in
            let behaviour = SimulatedStopBit(bit, milliseconds: how.milliseconds)
            let (node, access) = try await Self.start(behaviour, owned: how.owned, test)
            let stop = try await test.perform(Self.suspend(bit), on: node, through: access)
            #expect(stop.before.status == Self.running)
            #expect(stop.latest.status == Self.stopped(bit))
            let call = try #require(stop.call)
            #expect(call.call == "VHOST_VDPA_SET_STATUS")
            // It covers the time that the device has taken.
            #expect(call.returnedAt.nanoseconds(since: call.enteredAt) >= UInt64(how.milliseconds) * 1_000_000)
            #expect(try await !Self.isProcessing(node, test))
            let start = try await test.perform(Self.resume(bit), on: node, through: access)
            #expect(start.before.status == Self.stopped(bit))
            #expect(start.latest.status == Self.running)
            #expect(start.call?.call == "VHOST_VDPA_SET_STATUS")
            #expect(try await Self.isProcessing(node, test))
        }
    }

    @Test(arguments: StopBit.allCases) func aStoppedDeviceIsNotWrittenToAgain(bit: StopBit) async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(bit), owned: true, test)
            _ = try await test.perform(Self.suspend(bit), on: node, through: access)
            let calls = try await test.control(.statistics(node.device))["calls"]?["VHOST_VDPA_SET_STATUS"]
            let again = try await test.perform(Self.suspend(bit), on: node, through: access)
            #expect(again.call?.call == "VHOST_VDPA_GET_STATUS")
            let export = try await test.perform(
                .export(assertStop: true, by: Self.way(bit, 60_000)), on: node, through: access)
            #expect(export.queues.allSatisfy { $0.position != nil } && !export.queues.isEmpty)
            #expect(try await test.control(.statistics(node.device))["calls"]?["VHOST_VDPA_SET_STATUS"] == calls)
        }
    }

    @Test(arguments: [
        (StopBit.suspend, running.union([.suspend, .needsReset])), (.stop, running),
    ])
    func aDeviceThatCannotStopSaysSo(bit: StopBit, status: DeviceStatus) async throws {
        try await withSimulatedHost { test in
            let behaviour = SimulatedStopBit(bit, answer: .fails, milliseconds: 5)
            let (node, access) = try await Self.start(behaviour, owned: false, test)
            let error = try await test.failure { try await test.perform(Self.suspend(bit), on: node, through: access) }
            #expect(error.code == .deviceFailed)
            // Seen in the status, not answered by a call.
            #expect(error.call == nil)
            #expect(error.observation?.status == status)
            #expect(error.message.contains(bit == .suspend ? "NEEDS_RESET" : "STOP_FAILED"))
            // What could not be stopped runs, and can be told again.
            guard bit == .stop else { return }
            #expect(try await Self.isProcessing(node, test))
            try await Self.behave(node, SimulatedStopBit(bit), test)
            #expect(
                try await test.perform(Self.suspend(bit), on: node, through: access).latest.status
                    == Self.stopped(bit))
        }
    }

    /// Of a stop before, by whomever.
    @Test func aRefusalThatStandsDoesNotCount() async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(.stop), owned: false, test)
            try await test.control(.raiseStatus(node.device, .proposedStopFailed))
            let stop = try await test.perform(Self.suspend(.stop), on: node, through: access)
            #expect(stop.latest.status == Self.stopped(.stop))
        }
    }

    @Test(arguments: StopBit.allCases) func aDeviceThatDoesNotStopInTimeSaysWhereItIs(bit: StopBit) async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(bit, answer: .ignores), owned: false, test)
            let error = try await test.failure {
                try await test.perform(Self.suspend(bit, withinMs: 20), on: node, through: access)
            }
            #expect(error.code == .deadlineExceeded)
            #expect(!error.isRefusal)
            let shown = bit == .suspend ? Self.running.union(.suspend) : Self.running
            #expect(error.observation?.status == shown)
            #expect(error.message.contains(shown.hexadecimal))
        }
    }

    /// SUSPEND cannot be taken back: the device stops first.
    @Test func aResumeWaitsForTheStopThatIsUnderWay() async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(
                SimulatedStopBit(.suspend, milliseconds: 1_000), owned: false, test)
            let error = try await test.failure {
                try await test.perform(Self.suspend(.suspend, withinMs: 1), on: node, through: access)
            }
            #expect(error.code == .deadlineExceeded)
            let start = try await test.perform(Self.resume(.suspend), on: node, through: access)
            #expect(start.before.status == Self.running.union(.suspend))
            #expect(start.latest.status == Self.running)
            #expect(try await Self.isProcessing(node, test))
        }
    }

    /// The proposal's bit does not show before it is done, so that the device looks as if nobody had told it to stop.
    @Test func aResumeTakesBackAStopThatDoesNotShow() async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(.stop, answer: .ignores), owned: false, test)
            let error = try await test.failure {
                try await test.perform(Self.suspend(.stop, withinMs: 1), on: node, through: access)
            }
            #expect(error.code == .deadlineExceeded)
            _ = try await test.perform(Self.resume(.stop), on: node, through: access)
            // What it was told before it would do now.
            try await Self.behave(node, SimulatedStopBit(.stop), test)
            #expect(try await test.perform(.examine, on: node, through: access).latest.status == Self.running)
            #expect(try await Self.isProcessing(node, test))
        }
    }

    @Test(arguments: StopBit.allCases) func aDeviceThatDoesNotGoOnStaysWhereItIs(bit: StopBit) async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(bit), owned: false, test)
            _ = try await test.perform(Self.suspend(bit), on: node, through: access)
            try await Self.behave(node, SimulatedStopBit(bit, answer: .ignores), test)
            let error = try await test.failure {
                try await test.perform(Self.resume(bit, withinMs: 20), on: node, through: access)
            }
            #expect(error.code == .deadlineExceeded)
            #expect(error.observation.map { bit.phase(of: $0.status) } == (bit == .suspend ? .changing : .stopped))
        }
    }

    @Test(arguments: [false, true]) func whatCannotBeClearedIsStoppedOnlyWhenOneWayIsMeant(allowed: Bool) async throws {
        try await withSimulatedHost { test in
            let behaviour = SimulatedStopBit(.stop, isClearable: false)
            let (node, access) = try await Self.start(behaviour, owned: false, test)
            let suspend = Self.suspend(.stop, allowIrreversible: allowed)
            guard allowed else {
                let error = try await test.failure { try await test.perform(suspend, on: node, through: access) }
                #expect(error.code == .irreversible)
                #expect(error.observation?.status == Self.running)
                return
            }
            #expect(
                try await test.perform(suspend, on: node, through: access).latest.status == Self.stopped(.stop))
            let error = try await test.failure {
                try await test.perform(Self.resume(.stop), on: node, through: access)
            }
            #expect(error.code == .notSupported)
            #expect(error.observation?.status == Self.stopped(.stop))
        }
    }

    @Test func aDeviceThatDoesNotOfferTheFeatureIsRefused() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let error = try await test.failure {
                try await test.perform(Self.suspend(.suspend), on: node, through: access)
            }
            #expect(error.code == .notSupported)
            #expect(error.missing == ["SUSPEND"])
            #expect(error.observation?.status == Self.running)
        }
    }

    @Test(arguments: StopBit.allCases) func nothingIsWrittenToADeviceThatDoesNotRun(bit: StopBit) async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            try await test.control(.stopBit(node.device, SimulatedStopBit(bit)))
            let access = AccessPath.shared(try await test.startHolder(of: node, running: false))
            for procedure in [Self.suspend(bit), Self.resume(bit)] {
                let error = try await test.failure { try await test.perform(procedure, on: node, through: access) }
                #expect(error.code == .notRunning)
            }
        }
    }

    @Test(arguments: StopBit.allCases) func aDryRunWritesNothing(bit: StopBit) async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(bit), owned: false, test)
            for procedure in [Self.suspend(bit, dryRun: true), .resume(dryRun: true, by: Self.way(bit, 1_000))] {
                let report = try await test.perform(procedure, on: node, through: access)
                #expect(report.call == nil && report.after == nil)
            }
            #expect(try await test.perform(.examine, on: node, through: access).latest.status == Self.running)
        }
    }

    /// A reset ends what was under way.
    @Test(arguments: StopBit.allCases) func aResetDeviceWasNotStopped(bit: StopBit) async throws {
        try await withSimulatedHost { test in
            let (node, access) = try await Self.start(SimulatedStopBit(bit), owned: true, test)
            _ = try await test.perform(Self.suspend(bit), on: node, through: access)
            _ = try await test.perform(.reset, on: node, through: access)
            let error = try await test.failure { try await test.perform(Self.resume(bit), on: node, through: access) }
            #expect(error.code == .notRunning)
        }
    }
}
