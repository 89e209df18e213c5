import HostSuite
import JSON
import LinuxIO
import SystemPackage
import Testing
import Virtio

@testable import VDPA

@Suite("A simulated host whose devices are made and bound", .timeLimit(.minutes(5)))
struct SimulatedProvisioningTests {
    static let suspend = DeviceProcedure.suspend(allowIrreversible: false, dryRun: false)

    @Test func theDeletionOfAHeldDeviceBlocksNetlinkUntilTheLastClose() async throws {
        try await withSimulatedHost { test in
            let held = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: held, running: true))
            let other = try await test.makeDevice(.net)
            let otherAccess = AccessPath.shared(try await test.startHolder(of: other, running: true))
            let deletion = test.host.provision(.delete(held.device))
            try await test.wait { test.host.health().pendingRemovals == [held.number] }

            let inventory = try await test.result(of: test.host.inventory())
            #expect(inventory.netlinkFailure?.code == .blocked)
            #expect(inventory.managementDevices.isEmpty)
            #expect(inventory.devices.first { $0.name == held.device }?.node == nil)
            #expect(inventory.devices.first { $0.name == other.device }?.node == other)
            let name = try await test.makeName()
            for blocked in [
                test.host.provision(.create(NewDevice(name, by: SimulatedClass.net.managementDeviceAsListed))),
                test.host.provision(.delete(other.device)),
            ] {
                let error = try await test.failure { try await test.result(of: blocked) }
                #expect(error.code == .blocked)
                #expect(error.message.contains("vhost-vdpa-\(held.number)"))
            }
            let configuration = try await test.failure {
                try await test.result(of: test.host.configuration(of: other.device))
            }
            #expect(configuration.code == .blocked)
            // Sysfs, and the devices themselves, that one included, go on.
            #expect(try await test.result(of: test.host.autoprobe()))
            _ = try await test.perform(Self.suspend, on: other, through: otherAccess)
            _ = try await test.perform(Self.suspend, on: held, through: access)
            #expect(deletion.value == nil)

            try await test.endHolder(of: held)
            try await test.result(of: deletion)
            try await test.wait { test.host.health().pendingRemovals.isEmpty }
            let after = try await test.result(of: test.host.inventory())
            #expect(after.netlinkFailure == nil)
            #expect(!after.devices.contains { $0.name == held.device })
        }
    }

    @Test func anUnbindBehindAHoldersBackWaitsAndLeavesTheDevice() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            let access = AccessPath.shared(try await test.startHolder(of: node, running: true))
            let unbinding = test.host.provision(.unbind(node.device, .vhostVDPA, nil))
            try await test.wait { test.host.health().pendingRemovals == [node.number] }
            _ = try await test.perform(Self.suspend, on: node, through: access)
            let gone = try await test.failure { try await test.perform(.open(bringUp: nil), on: node, through: .owner) }
            #expect(gone.code == .gone)
            // Behind the unbinding, as the kernel does it for the device's lock.
            let binding = test.host.provision(.bind(node.device, .vhostVDPA))
            #expect(unbinding.value == nil)
            try await test.endHolder(of: node)
            try await test.result(of: unbinding)
            try await test.result(of: binding)
            #expect(try await test.node(of: node.device) == node)
        }
    }

    @Test func aManagementDeviceGoesWithItsDevicesAndComesBack() async throws {
        try await withSimulatedHost { test in
            let (stream, announce) = AsyncStream<HostChange>.makeStream()
            test.host.follow { change in announce.yield(change) }
            var changes = stream.makeAsyncIterator()
            let maker = SimulatedClass.net.managementDeviceAsListed
            let new = NewDevice(try await test.makeName(), by: maker)
            try await test.control(.removeManagementDevice(.net))
            #expect(await changes.next() == .removed(number: 0))
            #expect(await changes.next() == .device(.test("net0")))
            let inventory = try await test.result(of: test.host.inventory())
            #expect(inventory.managementDevices.map(\.name) == ["simblk0"])
            #expect(inventory.devices.map(\.name.string) == ["blk0"])
            let error = try await test.failure { try await test.provision(.create(new)) }
            #expect(error.code == .noManagementDevice)
            try await test.control(.addManagementDevice(.net))
            try await test.provision(.create(new))
        }
    }

    // MARK: Faults

    struct Fault: Sendable, CustomTestStringConvertible {
        let call: SimulatedCall
        let errno: Errno
        let code: HostError.Code
        let step: @Sendable (DeviceNode, DeviceName) -> ProvisioningStep

        var testDescription: String { "\(call.rawValue) \(errno)" }
    }

    static let faults = [
        Fault(call: .create, errno: .noSpace, code: .kernel) { _, name in
            .create(NewDevice(name, by: SimulatedClass.net.managementDeviceAsListed))
        },
        Fault(call: .delete, errno: .notPermitted, code: .permissionDenied) { node, _ in .delete(node.device) },
        Fault(call: .setAttribute, errno: .notSupported, code: .notSupported) { node, _ in
            .setMACAddress(node.device, SimulatedProvisioningModelTests.address)
        },
        Fault(call: .unbind, errno: .permissionDenied, code: .permissionDenied) { node, _ in
            .unbind(node.device, .vhostVDPA, node)
        },
        Fault(call: .open, errno: .permissionDenied, code: .permissionDenied) { node, _ in
            .unbind(node.device, .vhostVDPA, node)
        },
        Fault(call: .chown, errno: .notPermitted, code: .permissionDenied) { node, _ in
            .permit(node, NodePermissions(mode: 0o666))
        },
        Fault(call: .autoprobe, errno: .permissionDenied, code: .permissionDenied) { _, _ in .setAutoprobe(false) },
    ]

    @Test(arguments: faults) func aStepFailsOnceWithoutEffect(fault: Fault) async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            let before = try await test.result(of: test.host.inventory())
            let step = fault.step(node, try await test.makeName())
            try await test.control(.fail(nil, fault.call, fault.errno, times: 1))
            let error = try await test.failure { try await test.provision(step) }
            #expect(error.code == fault.code)
            #expect(error.errno == fault.errno)
            #expect(error.call == fault.call.rawValue)
            #expect(try await test.result(of: test.host.inventory()) == before)
            try await test.provision(step)
        }
    }

    @Test func aBindingFailsOnDemand() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            try await test.provision(.unbind(node.device, .vhostVDPA, node))
            try await test.control(.fail(node.device, .bind, .notSupported, times: 1))
            let error = try await test.failure { try await test.provision(.bind(node.device, .vhostVDPA)) }
            #expect(error.code == .notSupported)
            #expect(error.missing == ["vhost_vdpa"])
            try await test.provision(.bind(node.device, .vhostVDPA))
        }
    }

    @Test func aDeviceThatDoesNotAnswerItsOpeningIsUnboundAllTheSame() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            try await test.control(.fail(node.device, .open, .ioError, times: nil))
            try await test.provision(.unbind(node.device, .vhostVDPA, node))
        }
    }

    @Test func countersFailOnDemand() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            _ = try await test.startHolder(of: node, running: true)
            try await test.control(.fail(node.device, .getVendorStatistics, .notPermitted, times: 1))
            let error = try await test.failure {
                try await test.result(of: test.host.statistics(of: node.device, queues: [0]))
            }
            #expect(error.code == .permissionDenied)
            try await test.control(.fail(node.device, .getVendorStatistics, .resourceTemporarilyUnavailable, times: 1))
            let statistics = try await test.result(of: test.host.statistics(of: node.device, queues: [0, 1]))
            #expect(statistics.queues.map { $0.failure == nil } == [false, true])
        }
    }

    @Test func autoprobeCannotBeRead() async throws {
        try await withSimulatedHost { test in
            try await test.control(.fail(nil, .autoprobe, .ioError, times: 1))
            let error = try await test.failure { try await test.result(of: test.host.autoprobe()) }
            #expect(error.errno == .ioError)
            #expect(error.call == "drivers_autoprobe")
        }
    }

    @Test func aStepThatDoesNotReturnHoldsUpWhatWaitsForItAlone() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            try await test.control(.stick(node.device, .setAttribute))
            let stuck = test.host.provision(
                .setMACAddress(node.device, SimulatedProvisioningModelTests.address))
            try await test.waitForCall(.setAttribute, on: node)
            let behind = test.host.configuration(of: node.device)
            // Sysfs and nodes do not wait for netlink.
            try await test.control(.stick(node.device, .chown))
            let permission = test.host.provision(.permit(node, NodePermissions(mode: 0o640)))
            try await test.provision(.unbind(node.device, .vhostVDPA, node))
            try await test.provision(.bind(node.device, .vhostVDPA))
            _ = try await test.result(of: test.host.open(node))
            #expect(stuck.value == nil)
            #expect(behind.value == nil)
            #expect(permission.value == nil)
            try await test.control(.unstick(node.device, .chown))
            try await test.result(of: permission)
            try await test.control(.unstick(node.device, .setAttribute))
            try await test.result(of: stuck)
            #expect(
                try await test.result(of: behind).network?.macAddress == SimulatedProvisioningModelTests.address)
        }
    }

    // MARK: What is seen

    @Test func rightsAreKeptWithTheNode() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.block)
            try await test.provision(.permit(node, NodePermissions(owner: "7", group: "root", mode: 0o640)))
            try await test.provision(.permit(node, NodePermissions(mode: 0o660)))
            let rights = try await test.control(.statistics(node.device))["rights"]
            #expect(rights == ["user": 7, "group": 0, "mode": 0o660])
        }
    }

    @Test func countersGrowWithTheTraffic() async throws {
        try await withSimulatedHost { test in
            let node = try await test.makeDevice(.net)
            _ = try await test.startHolder(of: node, running: true)
            var counters: [UInt64] = []
            while counters.last ?? 0 == 0 {
                let statistics = try await test.result(of: test.host.statistics(of: node.device, queues: [0, 2]))
                let first = try #require(statistics.queues.first)
                counters = first.counters.map(\.value).reversed()
                // Bytes for each packet, and no errors; the control queue rests.
                #expect(Array(counters[0..<3]) == [0, 0, 0])
                #expect(counters[3] == 64 * counters[4])
                #expect(statistics.queues.last?.counters.map(\.value) == [0, 0, 0])
            }
        }
    }
}

extension SimulatedFixture {
    /// Returns when the condition holds, having asked the simulated host each time.
    func wait(until condition: () -> Bool) async throws {
        while !condition() { _ = try await result(of: host.autoprobe()) }
    }
}
