import Glibc
import SystemPackage
import Testing

@testable import LinuxIO

/// What a loop must not mix up: events of descriptors whose number is used again, waits that are over, edges.
@Suite(.timeLimit(.minutes(5))) struct LoopTests {
    /// A duplicate with the lowest free number from `number` on.
    private static func duplicate(
        _ descriptor: borrowing OwnedDescriptor, from number: CInt
    ) throws(Errno) -> OwnedDescriptor {
        let duplicate = fcntl(descriptor.rawValue, F_DUPFD_CLOEXEC, number)
        guard duplicate >= 0 else { throw Errno(rawValue: errno) }
        return OwnedDescriptor(duplicate)
    }

    /// What the first of two observers did.
    private struct Takeover {
        var number: CInt = -1
        var successor: PolledDescriptor?
    }

    /// Two descriptors are ready in one look of the loop. The one that is told first closes the other, whose number goes to
    /// a new one at once: the event that is under way for the number must not reach it.
    @Test func anEventFetchedBeforeTheNumberWasUsedAgainIsDropped() async throws {
        // Numbers that nothing else in this process gets, since the kernel gives the lowest that is free.
        let high = CInt(min(try Files.raiseDescriptorLimit(), 20_000)) - 100
        try await withLoop { loop in
            var observed: [PolledDescriptor] = []
            var writers: [SharedDescriptor] = []
            for _ in 0..<2 {
                let pair = try DescriptorPair()
                observed.append(try PolledDescriptor(try Self.duplicate(pair.first, from: high), on: loop))
                writers.append(SharedDescriptor(pair.second))
            }
            let quiet = try DescriptorPair()
            let silent = SharedDescriptor(quiet.first)
            let takeover = Shared(Lock(Takeover()))
            // The edges that come with registration are over.
            try await loop.sleep(until: .now)
            for (own, other) in [(observed[0], observed[1]), (observed[1], observed[0])] {
                own.observe {
                    guard takeover.lock.withLock({ $0.number < 0 }), let number = try? other.rawValue else { return }
                    other.close()
                    let successor = try? silent.withDescriptor { silent throws(Errno) in
                        try PolledDescriptor(try Self.duplicate(silent, from: number), on: loop)
                    }
                    takeover.lock.withLock { $0 = Takeover(number: number, successor: successor) }
                }
            }
            for writer in writers { try writer.withDescriptor { writer throws(Errno) in try writer.write([1].span) } }
            try await loop.sleep(until: .now)
            let (number, successor) = takeover.lock.withLock { ($0.number, $0.successor) }
            let reused = try #require(successor)
            #expect(try reused.rawValue == number, "the number is not used again: no test")
            try await Self.expectNothing(from: reused, on: loop)
        }
    }

    /// Nothing is there to read, and nothing seems to be.
    private static func expectNothing(from descriptor: PolledDescriptor, on loop: EventLoop) async throws {
        let task = Task.detached(executorPreference: loop) { try await descriptor.readable() }
        for _ in 0..<3 { try await loop.sleep(until: .now) }
        task.cancel()
        await #expect(throws: Errno.canceled) { try await task.value }
    }

    @Test func keepsAnEdgeOfTheSendingSideThatComesWhileNobodyWaits() async throws {
        try await withLoop { loop in
            let (left, right) = try StreamSocket.pair(on: loop)
            let much = [UInt8](repeating: 7, count: 1 << 20)
            try await left.writable()
            var sent = try left.sendNow(much.span)
            #expect(sent < much.count, "the socket takes everything at once: no test")
            var received = 0
            while received < sent {
                received += try await right.receive { bytes, _ in bytes.count }
                try await loop.sleep(until: .now)
            }
            // The edge has come meanwhile; none follows.
            try await left.writable()
            sent = try left.sendNow(much.span)
            #expect(sent > 0)
        }
    }

    // MARK: Every wait

    /// The things that a task can wait for.
    enum Wait: CaseIterable {
        case receiving, sending, accepting, connecting, sleeping, gate
    }

    /// What the waits are for. Nothing is ready.
    private final class Fixtures: Sendable {
        let loop: EventLoop
        let receiver: StreamSocket
        let sender: StreamSocket
        let listener: UnixListener
        /// The path of a listener whose backlog is full.
        let busyPath: String
        let busyListener: UnixListener
        let waiting: Lock<[StreamSocket]>
        let gate = Gate<Bool>()

        init(in directory: String, on loop: EventLoop) async throws {
            self.loop = loop
            (receiver, sender) = try StreamSocket.pair(on: loop)
            listener = try UnixListener(path: directory + "/idle", mode: 0o600, on: loop)
            busyPath = directory + "/busy"
            busyListener = try UnixListener(path: busyPath, mode: 0o600, backlog: 1, on: loop)
            var clients: [StreamSocket] = []
            while let client = try? await UnixConnector.connect(to: busyPath, until: .now, on: loop) {
                clients.append(client)
            }
            waiting = Lock(clients)
        }

        func wait(for wait: Wait) async throws(Errno) {
            switch wait {
            case .receiving: _ = try await sender.receive { bytes, _ in bytes.count }
            case .sending: try await receiver.send([UInt8](repeating: 0, count: 10_000_000))
            case .accepting: _ = try await listener.accept()
            case .connecting: _ = try await UnixConnector.connect(to: busyPath, on: loop)
            case .sleeping: try await loop.sleep(until: .distantFuture)
            case .gate: if await gate.wait(until: .distantFuture, on: loop) == nil { throw .canceled }
            }
        }
    }

    @Test(arguments: Wait.allCases, [true, false])
    func cancellationEndsEveryWait(wait: Wait, beforeItBegins: Bool) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        try await withLoop { loop in
            let fixtures = try await Fixtures(in: path, on: loop)
            // Again and again: what a cancelled wait leaves behind must not stand in the way of the next.
            for _ in 0..<3 {
                let task = Task.detached(executorPreference: loop) {
                    try await fixtures.wait(for: wait)
                }
                if !beforeItBegins {
                    for _ in 0..<2 { try await loop.sleep(until: .now) }
                }
                task.cancel()
                await #expect(throws: Errno.canceled) { try await task.value }
            }
        }
    }

    @Test(arguments: [Wait.receiving, .sending, .accepting]) func closingEndsEveryWait(wait: Wait) async throws {
        let directory = try TemporaryDirectory()
        let path = directory.path
        try await withLoop { loop in
            let fixtures = try await Fixtures(in: path, on: loop)
            let task = Task.detached(executorPreference: loop) {
                try await fixtures.wait(for: wait)
            }
            for _ in 0..<2 { try await loop.sleep(until: .now) }
            fixtures.sender.close()
            if wait == .accepting { fixtures.listener.close() }
            if wait == .sending { fixtures.receiver.close() }
            await #expect(throws: Errno.badFileDescriptor) { try await task.value }
        }
    }
}
