import HostSuite
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("Faults on demand", .timeLimit(.minutes(5)))
struct SimulatedFaultTests {
    static let suspend = DeviceProcedure.suspend(allowIrreversible: false, dryRun: false)

    /// Calls that a procedure on a running, owned device makes.
    static let calls: [(SimulatedCall, DeviceProcedure)] = [
        (.getDeviceID, .examine), (.getStatus, .examine), (.getFeatures, .examine), (.getBackendFeatures, .examine),
        (.getVringNum, .examine), (.getQueueCount, .examine), (.getGroupCount, .examine),
        (.getAddressSpaceCount, .examine), (.getIOVARange, .examine), (.getConfigurationSize, .examine),
        (.getConfiguration, .examine), (.suspend, suspend), (.resume, .resume(dryRun: false)), (.setStatus, .reset),
        (.getVringSize, .export(assertStop: true)), (.getVringGroup, .export(assertStop: true)),
        (.getVringDescriptorGroup, .export(assertStop: true)),
    ]

    @Test(arguments: calls) func aCallFailsOnceWithItsErrorAndName(
        call: SimulatedCall, procedure: DeviceProcedure
    ) async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            try await test.control(.fail(node.device, call, .ioError, times: 1))
            let error = try await test.failure {
                try await test.perform(procedure, on: node, through: .owner)
            }
            #expect(error.code == .deviceFailed)
            #expect(error.errno == .ioError)
            #expect(error.call == call.rawValue)
            #expect(error.message.contains(node.device.string))
            _ = try await test.perform(procedure, on: node, through: .owner)
        }
    }

    static let openingCalls: [SimulatedCall] = [
        .open, .setOwner, .setStatus, .setBackendFeatures, .setFeatures, .setVringNum, .setVringBase, .setVringEnable,
        .setGroupAddressSpace,
    ]

    @Test(arguments: openingCalls) func anOpeningThatFailsLeavesTheDeviceClosed(call: SimulatedCall) async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            try await test.control(.fail(node.device, call, .ioError, times: nil))
            let error = try await test.failure {
                try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            }
            #expect(error.errno == .ioError)
            #expect(error.call == call.rawValue)
            try await test.control(.fail(node.device, call, nil, times: nil))
            _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
        }
    }

    @Test func aPositionThatCannotBeReadIsRecordedWithItsError() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            _ = try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            try await test.control(.fail(node.device, .getVringBase, .notSupported, times: 1))
            let report = try await test.perform(.export(assertStop: true), on: node, through: .owner)
            #expect(report.queues.map { $0.position == nil } == [true, false, false])
            #expect(report.queues.map(\.positionFailure?.errno) == [.notSupported, nil, nil])
        }
    }

    @Test func netlinkThatCannotBeAskedLeavesWhatSysfsShows() async throws {
        try await withSimulatedHost { test in
            try await test.control(.fail(nil, .netlink, .noSuchFileOrDirectory, times: 1))
            let inventory = try await test.result(of: test.host.inventory())
            #expect(inventory.netlinkFailure?.code == .netlinkUnavailable)
            #expect(inventory.managementDevices.isEmpty)
            #expect(inventory.devices.map(\.name.string) == ["blk0", "net0"])
            #expect(inventory.devices.allSatisfy { $0.deviceClass == nil && $0.node != nil })
            let name = try DeviceName("blk0")
            try await test.control(.fail(name, .getConfigurationByNetlink, .timedOut, times: 1))
            let error = try await test.failure { try await test.result(of: test.host.configuration(of: name)) }
            #expect(error.errno == .timedOut)
        }
    }

    @Test func aScanThatFailsIsIncomplete() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            _ = try await test.startHolder(of: node, running: true)
            try await test.control(.fail(nil, .scan, .permissionDenied, times: 1))
            let scan = try await test.result(of: test.host.holders(of: node))
            #expect(!scan.isComplete)
            #expect(scan.incompleteReason != nil)
        }
    }

    @Test func aDeviceThatRefusesAStatusIsFoundOut() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            try await test.control(.refuseStatus(node.device, .featuresOK))
            let opening = try await test.failure {
                try await test.perform(.open(bringUp: BringUp()), on: node, through: .owner)
            }
            #expect(opening.code == .verificationFailed)
            _ = try await test.perform(.open(bringUp: nil), on: node, through: .owner)
            let writing = try await test.failure {
                try await test.perform(
                    .setStatus([.acknowledge, .driver, .featuresOK]), on: node, through: .owner)
            }
            #expect(writing.code == .verificationFailed)
            #expect(writing.observation?.status == [.acknowledge, .driver])
        }
    }

    @Test(arguments: [DeviceStatus.needsReset, .failed])
    func aDeviceThatFailsIsNeitherStoppedNorStarted(bit: DeviceStatus) async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            try await test.control(.raiseStatus(node.device, bit))
            for procedure in [Self.suspend, .resume(dryRun: false)] {
                let error = try await test.failure {
                    try await test.perform(procedure, on: node, through: access)
                }
                #expect(error.code == .deviceFailed)
                #expect(error.observation?.status.contains(bit) == true)
            }
        }
    }

    @Test func aVanishedDeviceWorksForItsHolderUntilTheLastClose() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let reference = try await test.startHolder(of: node, running: true)
            try await test.control(.vanish(node.device))
            let inventory = try await test.result(of: test.host.inventory())
            #expect(inventory.devices.first { $0.name == node.device }?.node == nil)
            _ = try await test.perform(Self.suspend, on: node, through: .shared(reference))
            try await test.endHolder(of: node)
            let error = try await test.failure {
                try await test.perform(Self.suspend, on: node, through: .shared(reference))
            }
            #expect(error.code == .gone)
        }
    }
}
