import Glibc
import LinuxIO
import SystemPackage
import Testing

@Suite struct EventSourceTests {
    @Test(arguments: [
        ("add@/devices/vdpa0\0ACTION=add\0SUBSYSTEM=vdpa\0EMPTY=\0", "add", "/devices/vdpa0", 3),
        ("remove@/x\0", "remove", "/x", 0),
    ])
    func readsUevents(text: String, action: String, path: String, properties: Int) {
        let bytes = Array(text.utf8)
        guard let event = Uevent(bytes.span) else {
            Issue.record("not read")
            return
        }
        #expect(event.action == action)
        #expect(event.devicePath == path)
        #expect(event.properties.count == properties)
    }

    @Test(arguments: ["", "\0", "add@/x", "@/x\0", "add\0", "add@/x\0noequals\0", "libudev\0\0\0"])
    func refusesWhatIsNoUevent(text: String) {
        let bytes = Array(text.utf8)
        #expect(Uevent(bytes.span) == nil)
    }

    @Test func reportsLostUevents() async throws {
        let message = try await withLoop { loop in
            let socket = try UeventSocket(on: loop)
            let faults = InjectedFaults(["recvfrom": [.noBufferSpace]])
            return try await InjectedFaults.$current.withValue(faults) { try await socket.next() }
        }
        #expect(message == .overflow)
    }

    @Test func watchesADirectory() async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        try await withLoop { loop in
            let watch = try DirectoryWatch(on: loop)
            let number = try watch.add(path, [.created, .deleted, .closedAfterWriting])
            try makeEmptyFile(path + "/one")
            try Files.remove(path + "/one")
            var seen: [DirectoryWatch.Event] = []
            while seen.last?.changes != .deleted { seen += try await watch.next() }
            #expect(seen.allSatisfy { $0.watch == number })
            #expect(seen.first?.changes == .created)
            #expect(seen.first?.name == "one.new")
            #expect(seen.last?.name == "one")
        }
    }

    @Test func aThreadExecutorRunsOnItsOwnThreadAndLetsItGo() async throws {
        let executor = ThreadExecutor(idleSeconds: 0)
        let worker = Worker(executor)
        for number in 0..<50 { #expect(await worker.double(number) == 2 * number) }
        try await withLoop { loop in
            while executor.holdsThread { try await loop.sleep(until: .now.advanced(byMilliseconds: 1)) }
        }
        #expect(await worker.double(4) == 8)
    }

    @Test func blockingSocketsPassDescriptorsAndKeepDeadlines() throws {
        let pair = try DescriptorPair()
        let left = try BlockingSocket(pair.first)
        let right = try BlockingSocket(pair.second)
        let passed = SharedDescriptor(try Files.openReadWrite("/dev/null"))
        let text = Array("line\n".utf8)
        try left.send(text.span, descriptors: [passed])
        var bytes: [UInt8] = []
        let extras = try right.receive(appendingTo: &bytes, keepingDescriptors: 1)
        #expect(bytes == text)
        #expect(extras?.descriptors.count == 1)
        #expect(throws: Errno.timedOut) { try right.receive(appendingTo: &bytes, until: .now) }
        let much = [UInt8](repeating: 0, count: 10_000_000)
        #expect(throws: Errno.timedOut) { try left.send(much.span, until: .now) }
    }
}

actor Worker {
    private let executor: ThreadExecutor

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(_ executor: ThreadExecutor) {
        self.executor = executor
    }

    func double(_ number: Int) -> Int {
        executor.checkIsolated()
        return 2 * number
    }
}
