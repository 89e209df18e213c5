/// Work that outlives the request that began it, such as what a late kernel call calls for.
///
/// The daemon's root task runs it in its own group, so that there is an owner that waits for it.
struct FollowUps: Sendable {
    /// One piece of work.
    typealias Work = @Sendable () async -> Void

    /// The pieces, in the order in which they were added; the root task consumes them.
    let stream: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    /// Hands a piece of work to the root task.
    func add(_ work: @escaping Work) {
        continuation.yield(work)
    }

    /// Ends the stream: nothing is taken any more.
    func finish() {
        continuation.finish()
    }
}
