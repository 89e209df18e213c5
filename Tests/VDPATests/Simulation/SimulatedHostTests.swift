import HostSuite
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("The simulated host under trouble", .timeLimit(.minutes(5)))
struct SimulatedHostTests {
    static let suspend = DeviceProcedure.suspend(allowIrreversible: false, dryRun: false)

    @Test func aStuckCallIsGivenUpBlocksItsDeviceAndStillAnswersLate() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.stick(node.device, .suspend))
            let stuck = test.host.perform(Self.suspend, on: node, through: access)
            let waiting = test.host.perform(.examine, on: node, through: access)
            try await test.waitForCall(.suspend, on: node)
            #expect(test.host.health().stuckCalls.isEmpty)

            test.host.abandon(node)
            let refused = try await test.failure { try await test.result(of: waiting) }
            #expect(refused.code == .blocked)
            let later = try await test.failure { try await test.perform(.examine, on: node, through: access) }
            #expect(later.code == .blocked)
            let health = test.host.health().stuckCalls
            #expect(health.map(\.device) == [node.device])
            #expect(health.map(\.operation) == ["suspend"])
            // A second time there is nothing left to give up.
            test.host.abandon(node)
            #expect(test.host.health().stuckCalls.count == 1)
            #expect(stuck.value == nil)

            try await test.control(.unstick(node.device, .suspend))
            let late = try await test.result(of: stuck)
            #expect(late.call?.call == "VHOST_VDPA_SUSPEND")
            #expect(test.host.health().stuckCalls.isEmpty)
            _ = try await test.perform(.examine, on: node, through: access)
        }
    }

    @Test func aStuckDeviceDelaysNoOther() async throws {
        try await withSimulatedHost { test in
            let stuckNode = try await test.makeDevice(.block)
            let stuckAccess = AccessPath.shared(try await test.startHolder(of: stuckNode, running: true))
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.stick(stuckNode.device, .getStatus))
            try await test.control(.stick(nil, .scan))
            let stuck = test.host.perform(.examine, on: stuckNode, through: stuckAccess)
            let scan = test.host.holders(of: node)

            _ = try await test.perform(Self.suspend, on: node, through: access)
            _ = try await test.result(of: test.host.inventory())
            _ = try await test.result(of: test.host.configuration(of: node.device))
            #expect(stuck.value == nil)
            #expect(scan.value == nil)

            try await test.control(.unstick(stuckNode.device, .getStatus))
            try await test.control(.unstick(nil, .scan))
            _ = try await test.result(of: stuck)
            _ = try await test.result(of: scan)
        }
    }

    @Test func latencyIsPartOfTheCall() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.latency(node.device, .suspend, milliseconds: 30))
            let report = try await test.perform(Self.suspend, on: node, through: access)
            let timing = try #require(report.call)
            #expect(timing.returnedAt.nanoseconds(since: timing.enteredAt) >= 30_000_000)
        }
    }

    @Test func aClockThatIsAdvancedByHandDecidesWhenACallReturns() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.advanceClock(milliseconds: 0))
            try await test.control(.latency(node.device, .suspend, milliseconds: 3_600_000))
            let call = test.host.perform(Self.suspend, on: node, through: access)
            while try await test.control(.statistics(node.device))["calls"]?["VHOST_VDPA_SUSPEND"] == nil {
                await Task.yield()
            }
            try await test.control(.advanceClock(milliseconds: 3_599_999))
            try await test.control(.advanceClock(milliseconds: 0))
            #expect(call.value == nil)
            try await test.control(.advanceClock(milliseconds: 1))
            _ = try await test.result(of: call)
        }
    }

    @Test func aConfigurationThatChangesMeanwhileIsAWarning() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.stick(node.device, .suspend))
            let call = test.host.perform(Self.suspend, on: node, through: access)
            try await test.waitForCall(.suspend, on: node)
            // The link goes down.
            try await test.control(.setConfiguration(node.device, offset: 6, bytes: [0]))
            try await test.control(.unstick(node.device, .suspend))
            let report = try await test.result(of: call)
            #expect(report.warnings.count == 1)
            #expect(report.after?.configuration != report.before.configuration)
        }
    }

    @Test func aHolderThatExitsMeanwhileEndsTheProcedureAndTheLastCloseResets() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.stick(node.device, .suspend))
            let call = test.host.perform(Self.suspend, on: node, through: access)
            try await test.waitForCall(.suspend, on: node)
            try await test.endHolder(of: node)
            try await test.control(.unstick(node.device, .suspend))
            let error = try await test.failure { try await test.result(of: call) }
            #expect(error.code == .holderGone)
            // The duplicate's close was the last one.
            let reopened = try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            #expect(reopened.before.status == [])
        }
    }

    @Test func theVMMsRequestsStopWithItsDeviceAndGoOnAfterwards() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let before = try await test.completions(of: node)
            try await test.waitForCompletions(beyond: before, of: node)
            _ = try await test.perform(Self.suspend, on: node, through: access)
            #expect(try await test.isProcessing(node) == false)
            let stopped = try await test.completions(of: node)
            _ = try await test.perform(.resume(dryRun: false), on: node, through: access)
            try await test.waitForCompletions(beyond: stopped, of: node)
        }
    }

    @Test func nothingIsCalledThatTheProcedureDoesNotNeed() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: false))
            _ = try await test.perform(.examine, on: node, through: access)
            _ = try await test.perform(.setStatus([.acknowledge, .driver]), on: node, through: access)
            _ = try? await test.perform(Self.suspend, on: node, through: access)
            let calls = try #require(try await test.control(.statistics(node.device))["calls"])
            for call in ["VHOST_VDPA_SET_STATUS", "VHOST_VDPA_SUSPEND", "VHOST_VDPA_GET_CONFIG"] {
                #expect(calls[call] == nil, "\(call) was called")
            }
            #expect(calls["VHOST_VDPA_GET_STATUS"] != nil)
        }
    }

    @Test func aDryRunStopsNothing() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            _ = try await test.perform(
                .suspend(allowIrreversible: false, dryRun: true), on: node, through: access)
            #expect(try await test.isProcessing(node))
        }
    }

    @Test func changesArePushed() async throws {
        try await withSimulatedHost { test in
            let (stream, announce) = AsyncStream<HostChange>.makeStream()
            test.host.follow { change in announce.yield(change) }
            var changes = stream.makeAsyncIterator()
            let node = try await test.makeDevice(.block)
            #expect(await changes.next() == .device(node.device))
            _ = try await test.startHolder(of: node, running: true)
            #expect(await changes.next() == .opened(number: node.number))
            try await test.endHolder(of: node)
            #expect(await changes.next() == .closed(number: node.number))
            try await test.control(.vanish(node.device))
            #expect(await changes.next() == .removed(number: node.number))
        }
    }

    @Test func afterTheEndEverythingFails() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            // Not stuck for ever: nobody is left to release it.
            try await test.control(.latency(node.device, .getStatus, milliseconds: 2_000))
            let stuck = test.host.perform(.examine, on: node, through: access)
            let waiting = test.host.perform(.examine, on: node, through: access)
            test.host.stop()
            for call in [stuck, waiting, test.host.perform(.examine, on: node, through: access)] {
                let error = try await test.failure { try await test.result(of: call) }
                #expect(error.code == .workerLost)
            }
            #expect(test.host.health().workerCount == 0)
        }
    }

    @Test func foreignDescriptorsAreRefused() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.startHolder(of: node, running: true)
            for content in ["", "something else", "simulated-vhost-vdpa \n", "simulated-vhost-vdpa no such/name\n"] {
                let descriptor = try test.temporaryFile(Array(content.utf8))
                let error = try await test.failure {
                    try await test.perform(.examine, on: node, through: .passed(descriptor))
                }
                #expect(error.code == .identityMismatch)
            }
        }
    }
}

extension SimulatedFixture {
    /// Returns when a call on the device has been entered.
    func waitForCall(_ call: SimulatedCall, on node: DeviceNode) async throws {
        while try await control(.statistics(node.device))["calls"]?[call.rawValue] == nil {}
    }

    /// Whether the device processes descriptors, which no daemon can see.
    func isProcessing(_ node: DeviceNode) async throws -> Bool {
        try await control(.statistics(node.device))["isProcessing"] == .bool(true)
    }

    /// How many requests the device has completed.
    func completions(of node: DeviceNode) async throws -> Int64 {
        guard case .integer(let count) = try await control(.statistics(node.device))["completions"] else {
            throw Overdue()
        }
        return count
    }

    /// Returns when the device has completed more requests than `count`.
    func waitForCompletions(beyond count: Int64, of node: DeviceNode) async throws {
        while try await completions(of: node) <= count {}
    }
}
