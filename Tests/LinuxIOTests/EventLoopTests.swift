import LinuxIO
import Testing

@Suite struct EventLoopTests {
    private final class Order: Sendable {
        private let names = Lock<[String]>([])

        var written: [String] { names.withLock { $0 } }

        func write(_ name: String) {
            names.withLock { $0.append(name) }
        }
    }

    @Test func yieldLetsWhatIsReadyRunFirst() async throws {
        let order = Order()
        try await withLoop { loop in
            await withDiscardingTaskGroup { group in
                group.addTask(executorPreference: loop) {
                    order.write("first")
                    await loop.yield()
                    order.write("first again")
                }
                group.addTask(executorPreference: loop) { order.write("second") }
            }
        }
        #expect(order.written == ["first", "second", "first again"])
    }

    /// Around as many jobs as one turn runs, since the last of a turn may leave nothing but who has yielded.
    @Test(arguments: [1, 2, 126, 127, 128, 129, 254, 255, 256, 300])
    func allThatYieldedGoOnThoughNothingElseHappens(count: Int) async throws {
        let order = Order()
        try await withLoop { loop in
            // Wakes a loop that sleeps on them, so that the test ends all the same.
            let alarm = loop.schedule(at: .now.advanced(byMilliseconds: 10_000)) { order.write("alarm") }
            await withDiscardingTaskGroup { group in
                for _ in 0..<count {
                    group.addTask(executorPreference: loop) {
                        await loop.yield()
                        order.write("yielded")
                    }
                }
            }
            loop.cancel(alarm)
        }
        #expect(order.written == Array(repeating: "yielded", count: count))
    }
}
