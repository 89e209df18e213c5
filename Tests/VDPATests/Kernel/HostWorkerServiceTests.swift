import LinuxIO
import SystemPackage
import Testing

@testable import VDPA

@Suite struct HostWorkerServiceTests {
    @Test func aDiscardedDescriptorIsClosedOnRelease() throws {
        let pair = try DescriptorPair()
        let near = try BlockingSocket(pair.first)
        var service = HostWorkerService(paths: HostPaths())
        let answer = service.answer(HostRequest.discard.line, descriptor: SharedDescriptor(pair.second))
        #expect(answer == nil)
        var bytes: [UInt8] = []
        #expect(throws: Errno.timedOut) { _ = try near.receive(appendingTo: &bytes, until: .now) }
        let released = service.answer(HostRequest.release.line, descriptor: nil)
        #expect(released == .released)
        let end = try near.receive(appendingTo: &bytes, until: .now)
        #expect(end == nil)
    }
}
