import LinuxIO

/// Runs `body` on a new loop that has a thread of its own.
func withLoop<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    try DetachedThread.start { loop.run() }
    defer { loop.stop() }
    // Not detached: an issue is recorded with the test of its task. A time limit ends what hangs.
    let task = Task(executorPreference: loop) { try await body(loop) }
    return try await withTaskCancellationHandler {
        try await task.value
    } onCancel: {
        task.cancel()
    }
}

extension Span where Element == UInt8 {
    var array: [UInt8] { (0..<count).map { self[$0] } }
}
