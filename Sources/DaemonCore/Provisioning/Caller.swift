import LinuxIO

/// Whoever waits for an operation that goes on without it.
final class Caller: Sendable {
    private let left = Lock(false)

    /// Whether its deadline has passed, or its client is gone.
    var hasLeft: Bool { left.withLock { $0 } }

    /// Notes that nobody waits any more.
    func leave() {
        left.withLock { $0 = true }
    }
}
