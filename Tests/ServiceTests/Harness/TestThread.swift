import LinuxIO

/// A thread for one test, which may block it: its clients wait in the kernel, and no thread of the pool with them.
actor TestThread {
    private let executor = ThreadExecutor(idleSeconds: 1)

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Runs `body` here.
    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) throws -> Result {
        try body()
    }

    /// Runs `body` on a thread of its own as soon as few enough others do the same.
    static func run(_ body: @Sendable () throws -> Void) async throws {
        await TestTurns.shared.enter()
        do {
            try await TestThread().run(body)
        } catch {
            await TestTurns.shared.leave()
            throw error
        }
        await TestTurns.shared.leave()
    }
}

/// Bounds how many tests have daemons at one time.
private actor TestTurns {
    static let shared = TestTurns()

    private var free = 4
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func enter() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func leave() {
        guard !waiting.isEmpty else {
            free += 1
            return
        }
        waiting.removeFirst().resume()
    }
}
