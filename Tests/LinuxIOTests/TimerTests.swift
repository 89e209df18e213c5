import SystemPackage
import Testing

@testable import LinuxIO

@Suite struct TimerTests {
    @Test func heapKeepsOrder() throws {
        var heap = TimerHeap<Int>()
        var random = SystemRandomNumberGenerator()
        var tokens: [(token: TimerToken, deadline: UInt64, value: Int)] = []
        for value in 0..<2_000 {
            let deadline = UInt64.random(in: 0..<200, using: &random)
            tokens.append((heap.add(MonotonicInstant(nanoseconds: deadline), value), deadline, value))
        }
        var expected = tokens.filter { $0.value % 3 != 0 }
        for entry in tokens where entry.value % 3 == 0 { #expect(heap.remove(entry.token) == entry.value) }
        for entry in tokens where entry.value % 3 == 0 { #expect(heap.remove(entry.token) == nil) }
        expected.sort { ($0.deadline, $0.value) < ($1.deadline, $1.value) }
        var order: [Int] = []
        while let value = heap.removeDue(at: .distantFuture) { order.append(value) }
        #expect(order == expected.map(\.value))
        // A slot that was used again does not answer to its old token.
        let new = heap.add(.now, 1)
        #expect(heap.remove(tokens[0].token) == nil)
        #expect(heap.remove(new) == 1)
    }

    @Test func firesInOrderAndNotWhenCancelled() async throws {
        let fired = try await withLoop { loop in
            let fired = Lock<[Int]>([])
            let now = MonotonicInstant.now
            let box = Shared(fired)
            for number in [3, 1, 2] {
                _ = loop.schedule(at: now.advanced(byMilliseconds: UInt64(number))) {
                    box.lock.withLock { $0.append(number) }
                }
            }
            let token = loop.schedule(at: now.advanced(byMilliseconds: 2)) { box.lock.withLock { $0.append(99) } }
            loop.cancel(token)
            try await loop.sleep(until: now.advanced(byMilliseconds: 5))
            loop.cancel(token)
            return box.lock.withLock { $0 }
        }
        #expect(fired == [1, 2, 3])
    }

    @Test(arguments: [true, false]) func cancellationEndsSleep(beforeItBegins: Bool) async throws {
        await #expect(throws: Errno.canceled) {
            try await withLoop { loop in
                let task = Task.detached(executorPreference: loop) { try await loop.sleep(until: .distantFuture) }
                if !beforeItBegins { try await loop.sleep(until: .now.advanced(byMilliseconds: 1)) }
                task.cancel()
                try await task.value
            }
        }
    }
}

final class Shared<State>: Sendable {
    let lock: Lock<State>

    init(_ lock: consuming Lock<State>) {
        self.lock = lock
    }
}
