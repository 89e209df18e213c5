/// The time of a simulated host: the monotonic clock, until somebody takes it over and advances it by hand.
struct SimulatedClock: Sendable {
    private var stoppedAt: UInt64?

    /// True when it goes on only by `advance`.
    var isStopped: Bool { stoppedAt != nil }

    /// What it shows, in nanoseconds, when the monotonic clock shows this.
    func time(monotonic: UInt64) -> UInt64 { stoppedAt ?? monotonic }

    /// Lets it go on by some time and stand still from then on.
    mutating func advance(nanoseconds: UInt64, monotonic: UInt64) {
        stoppedAt = time(monotonic: monotonic) + nanoseconds
    }
}
