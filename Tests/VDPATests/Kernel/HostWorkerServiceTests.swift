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
        guard case .inventory(let inventory)? = answer?.reply else { Issue.record("\(String(describing: answer))"); return }
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
}
