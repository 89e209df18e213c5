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
}
