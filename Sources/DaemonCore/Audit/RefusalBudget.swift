import LinuxIO

/// Limits how many refusals of one user go on record, so that a client cannot fill a disk by asking for what it may not have.
struct RefusalBudget: Sendable {
    /// What is to be done with a refusal.
    enum Verdict: Sendable, Hashable {
        /// It goes on record; so many before it did not.
        case record(omitted: Int)
        /// It is counted.
        case omit
    }

    /// How many go on record within `interval`.
    static let maximum = 100
    /// In milliseconds.
    static let interval: UInt64 = 10_000
    /// Of how many users it is known how many they had.
    static let maximumUsers = 1_024

    private struct Use {
        var began: MonotonicInstant
        var recorded = 0
        var omitted = 0
    }

    private var uses: [UInt32: Use] = [:]

    /// Decides about a refusal.
    mutating func take(_ uid: UInt32, at now: MonotonicInstant) -> Verdict {
        if uses.count >= Self.maximumUsers, uses[uid] == nil { uses = [:] }
        var use = uses[uid] ?? Use(began: now)
        defer { uses[uid] = use }
        if now > use.began.advanced(byMilliseconds: Self.interval) {
            use = Use(began: now, omitted: use.omitted)
        }
        guard use.recorded < Self.maximum else {
            use.omitted += 1
            return .omit
        }
        use.recorded += 1
        defer { use.omitted = 0 }
        return .record(omitted: use.omitted)
    }
}
