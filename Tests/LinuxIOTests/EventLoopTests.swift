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

    /// A client that asks after something has happened must not be told what was before.
    @Test func newsIsActedOnBeforeWhatElseIsReady() async throws {
        let order = Order()
        let directory = try TemporaryDirectory()
        let path = directory.path
        try await withLoop { loop in
            let (client, server) = try StreamSocket.pair(on: loop)
            let watch = try DirectoryWatch(on: loop)
            _ = try watch.add(path, .created)
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask(executorPreference: loop) {
                    _ = try await watch.next()
                    order.write("news")
                }
                group.addTask(executorPreference: loop) {
                    #expect(try server.receiveIfThere(keepingDescriptors: 0) { _, _ in } == nil)
                    try await server.readable {
                        order.write("request")
                        return false
                    }
                }
                // Both wait by then; the request is ready first.
                await loop.yield()
                await loop.yield()
                #expect(try client.sendNow([UInt8(1)].span) == 1)
                try makeEmptyFile(path + "/news")
            }
        }
        #expect(order.written == ["news", "request"])
    }
}
