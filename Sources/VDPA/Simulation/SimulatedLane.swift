import LinuxIO

/// A thread that works off one device's requests in the order in which they came; another device's go by on theirs.
final class SimulatedLane: Sendable {
    private let jobs: AsyncStream<@Sendable () -> Void>.Continuation
    private let worker: Task<Void, Never>

    /// A lane with nothing to do.
    init(on loop: EventLoop) {
        let (stream, continuation) = AsyncStream<@Sendable () -> Void>.makeStream()
        let thread = SimulatedLaneThread()
        jobs = continuation
        worker = Task.detached(executorPreference: loop) {
            for await job in stream { await thread.run(job) }
        }
    }

    deinit {
        jobs.finish()
        worker.cancel()
    }

    /// Runs `job` on the lane's thread after those before it.
    func run(_ job: @escaping @Sendable () -> Void) {
        jobs.yield(job)
    }
}

/// The thread of a lane, which its jobs may block.
private actor SimulatedLaneThread {
    private let executor = ThreadExecutor()

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    func run(_ job: @Sendable () -> Void) {
        job()
    }
}
