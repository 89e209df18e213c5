import SystemPackage
import Testing

@testable import LinuxIO

@Suite struct SharedDescriptorTests {
    @Test func itsSuccessorGetsItOpenWhenTheLastReferenceGoes() throws {
        let received = Lock<[SharedDescriptor]>([])
        var references = [SharedDescriptor(try Files.openReadWrite("/dev/null"))]
        references.append(references[0])
        let number = references[0].rawValue
        references[0].whenReleased { descriptor in
            let shared = SharedDescriptor(descriptor)
            received.withLock { $0.append(shared) }
        }
        references[0].whenReleased { _ in Issue.record("the first call counts") }
        references.removeLast()
        #expect(received.withLock { $0.count } == 0)
        references.removeLast()
        #expect(received.withLock { $0.map(\.rawValue) } == [number])
        let link = try Files.readLink("/proc/self/fd/\(number)")
        #expect(link == "/dev/null")
    }

    @Test func lendingDoesNotClose() throws {
        let shared = SharedDescriptor(try Files.openReadWrite("/dev/null"))
        for _ in 0..<2 {
            let kind = try shared.withDescriptor { descriptor throws(Errno) in try descriptor.status().kind }
            #expect(kind == .characterDevice)
        }
        #expect(throws: Errno.resourceBusy) {
            try shared.withDescriptor { _ throws(Errno) in throw Errno.resourceBusy }
        }
        let link = try Files.readLink("/proc/self/fd/\(shared.rawValue)")
        #expect(link == "/dev/null")
    }
}
