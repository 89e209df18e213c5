import LinuxIO

/// Runs `body` on a new loop that has a thread of its own.
func withLoop<Result: Sendable>(
    _ body: @escaping @Sendable (EventLoop) async throws -> Result
) async throws -> Result {
    let loop = try EventLoop()
    try DetachedThread.start { loop.run() }
    defer { loop.stop() }
    return try await Task.detached(executorPreference: loop) { try await body(loop) }.value
}

extension Span where Element == UInt8 {
    var array: [UInt8] { (0..<count).map { self[$0] } }
}
