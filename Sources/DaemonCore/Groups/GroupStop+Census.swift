extension GroupStop {
    /// How many members are where.
    struct Census: Sendable, Hashable {
        /// In their preflight.
        private(set) var checking = 0
        /// Whose stop is confirmed.
        private(set) var stopped = 0
        /// To which nothing more is done.
        private(set) var settled = 0
        /// Which are not where the call was to leave them.
        private(set) var failed = 0

        /// Counts these.
        init(_ members: [Member]) {
            for member in members { count(member, 1) }
        }

        /// Counts a member, or with -1 no more.
        mutating func count(_ member: borrowing Member, _ number: Int) {
            if member.history.error != nil { failed += number }
            switch member.phase {
            case .checking: checking += number
            case .stopped: stopped += number
            case .settled: settled += number
            case .ready, .stopping, .maybeStopped, .resuming: break
            }
        }
    }
}
