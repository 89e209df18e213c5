import LinuxIO

/// Limits how many refusals of one user go on record, so that a client cannot fill a disk by asking for what it may not have.
/// What does not is counted, and the count goes on record with the next that does: at the latest the last one of an interval.
struct RefusalBudget: Sendable {
    /// How many go on record within `interval`.
    static let maximum = 100
    /// In milliseconds.
    static let interval: UInt64 = 10_000
    /// Of how many users it is known how many they had.
    static let maximumUsers = 1_024

    private struct Use {
        let began: MonotonicInstant
        var recorded = 0
        /// The last that did not go on record; its member `omitted` counts those before it.
        var leftOut: AuditRecord?

        var end: MonotonicInstant { began.advanced(byMilliseconds: RefusalBudget.interval) }
    }

    private var uses: [UInt32: Use] = [:]

    /// When `settle` has something to do next; nil for never.
    var nextEnd: MonotonicInstant? { uses.values.map(\.end).min() }

    /// Takes a refusal.
    ///
    /// - Returns: what goes on record now.
    mutating func take(_ record: AuditRecord, at now: MonotonicInstant) -> [AuditRecord] {
        var due = settle(at: now)
        if uses.count >= Self.maximumUsers, uses[record.uid] == nil,
            let oldest = uses.min(by: { $0.value.began < $1.value.began })
        {
            uses[oldest.key] = nil
            if let last = oldest.value.leftOut { due.append(last) }
        }
        var use = uses[record.uid] ?? Use(began: now)
        defer { uses[record.uid] = use }
        guard use.recorded < Self.maximum else {
            var record = record
            if let former = use.leftOut { record.omitted = (former.omitted ?? 0) + 1 }
            use.leftOut = record
            return due
        }
        use.recorded += 1
        return due + [record]
    }

    /// Ends the intervals that are over.
    ///
    /// - Returns: what goes on record now: of each user of whom something was left out, the last.
    mutating func settle(at now: MonotonicInstant) -> [AuditRecord] {
        let ended = uses.filter { $0.value.end <= now }
        for uid in ended.keys { uses[uid] = nil }
        return ended.sorted { $0.key < $1.key }.compactMap(\.value.leftOut)
    }
}
