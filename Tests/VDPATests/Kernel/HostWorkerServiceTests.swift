import LinuxIO
import SystemPackage
import Testing

@testable import VDPA

@Suite struct HostWorkerServiceTests {
    @Test func theInventoryWithoutNetlinkSaysWhy() throws {
        let tree = try TemporaryTree()
        try tree.directory("bus/vdpa/devices/net0")
        var service = HostWorkerService(paths: HostPaths(sys: tree.path))
        let failure = HostError(.blocked, "a removal waits")
        let answer = service.answer(HostRequest.sysfsInventory(failure).line, descriptor: nil)
        guard case .inventory(let inventory) = answer?.reply else {
            Issue.record("\(String(describing: answer))")
            return
        }
        #expect(inventory.netlinkFailure == failure)
        #expect(inventory.devices.map(\.name) == [.test("net0")])
    }

    @Test func aDiscardedDescriptorIsClosedOnRelease() throws {
        let pair = try DescriptorPair()
        let near = try BlockingSocket(pair.first)
        var service = HostWorkerService(paths: HostPaths())
        let answer = service.answer(HostRequest.discard.line, descriptor: SharedDescriptor(pair.second))
        #expect(answer?.reply == nil)
        var bytes: [UInt8] = []
        #expect(throws: Errno.timedOut) { _ = try near.receive(appendingTo: &bytes, until: .now) }
        let released = service.answer(HostRequest.release.line, descriptor: nil)
        #expect(released?.reply == .released)
        let end = try near.receive(appendingTo: &bytes, until: .now)
        #expect(end == nil)
    }

    /// /dev/null plays the node.
    private func makeTree(_ target: String = "../../devices/net0/vhost-vdpa-3") throws -> TemporaryTree {
        let tree = try TemporaryTree()
        try tree.link("dev/char/1:3", to: target)
        try tree.link("vhost-vdpa-3", to: "/dev/null")
        return tree
    }

    private static let node = DeviceNode(device: .test("net0"), number: 3, major: 1, minor: 3)

    @Test func anOpenedNodeComesAlongAndIsNotKept() throws {
        let tree = try makeTree()
        var service = HostWorkerService(paths: HostPaths(sys: tree.path, dev: tree.path))
        let answer = service.answer(HostRequest.open(Self.node).line, descriptor: nil)
        #expect(answer?.reply == .opened)
        let status = try #require(try answer?.descriptor?.withDescriptor { file throws(Errno) in try file.status() })
        #expect(status.device == FileStatus.DeviceNumber(major: 1, minor: 3))
        weak let opened = answer?.descriptor
        #expect(opened != nil)
        _ = consume answer
        #expect(opened == nil)
    }

    @Test(
        arguments: [
            ("null", nil, .identityMismatch), ("../../devices/net0/vhost-vdpa-3", .resourceBusy, .busy),
            ("../../devices/net0/vhost-vdpa-3", .ioError, .deviceFailed),
        ] as [(String, Errno?, HostError.Code)])
    func aNodeThatIsNotOpenedComesWithoutADescriptor(target: String, fault: Errno?, code: HostError.Code) throws {
        let tree = try makeTree(target)
        var service = HostWorkerService(paths: HostPaths(sys: tree.path, dev: tree.path))
        let faults = InjectedFaults(fault.map { ["open": [nil, $0]] } ?? [:])
        let answer = InjectedFaults.$current.withValue(faults) {
            service.answer(HostRequest.open(Self.node).line, descriptor: nil)
        }
        guard case .failure(let error) = answer?.reply else { Issue.record("the node was opened"); return }
        #expect(error.code == code)
        #expect(answer?.descriptor == nil)
        #expect(faults.areUsedUp)
    }

    /// Each step's own tests tell more.
    @Test func stepsThroughSysfsAreCarriedOut() throws {
        let tree = try TemporaryTree()
        for name in ["drivers/vhost_vdpa/bind", "drivers/virtio_vdpa/unbind", "drivers_autoprobe"] {
            try tree.file("bus/vdpa/\(name)", "")
        }
        var service = HostWorkerService(paths: HostPaths(sys: tree.path, dev: tree.path))
        let steps: [ProvisioningStep] = [
            .bind(.test("net0"), .vhostVDPA), .unbind(.test("net1"), .virtioVDPA, nil), .setAutoprobe(true),
        ]
        for step in steps {
            #expect(service.answer(HostRequest.provision(step).line, descriptor: nil)?.reply == .provisioned)
        }
        #expect(try Files.readText("\(tree.path)/bus/vdpa/drivers/vhost_vdpa/bind") == "net0")
        #expect(try Files.readText("\(tree.path)/bus/vdpa/drivers/virtio_vdpa/unbind") == "net1")
        let autoprobe = service.answer(HostRequest.autoprobe.line, descriptor: nil)
        #expect(autoprobe?.reply == .autoprobe(true))
        let gone = service.answer(
            HostRequest.provision(.permit(Self.node, NodePermissions(mode: 0o600))).line, descriptor: nil)
        guard case .failure(let error) = gone?.reply else { Issue.record("there is no node"); return }
        #expect(error.code == .gone)
    }
}
