import SystemPackage

/// What a test wants of one call on one device besides what the model does.
struct SimulatedFault: Sendable, Hashable {
    /// The error that the call fails with, without having done anything.
    var errno: Errno?
    /// How many more calls fail; nil for every one.
    var remaining: Int?
    /// How long the call takes before it acts.
    var latencyNanoseconds: UInt64 = 0
    /// True while the call does not return.
    var isStuck = false

    /// Whether the call is held up at all.
    var takesTime: Bool { latencyNanoseconds > 0 || isStuck }

    /// No fault at all.
    init() {}

    /// The error for the next call, which uses one up.
    mutating func takeFailure() -> Errno? {
        guard let errno else { return nil }
        if let remaining {
            self.remaining = remaining - 1
            if remaining == 1 {
                self.errno = nil
                self.remaining = nil
            }
        }
        return errno
    }
}
