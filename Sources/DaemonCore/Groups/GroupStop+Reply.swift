import ControlAPI

extension GroupStop {
    /// What is told of the group now.
    func reply(_ now: UInt64) -> GroupReply {
        GroupReply(
            outcome: outcome, failure: failure,
            members: members.map { $0.history.report($0.runState, interval($0, now)) },
            downtime: DowntimeBounds(members.filter { !$0.history.wasSuspended }.compactMap { interval($0, now) }))
    }

    private var outcome: GroupOutcome {
        guard failure != nil else {
            guard !isDryRun else { return .checked }
            return members.allSatisfy { $0.phase == .stopped } ? .suspended : .unresolved
        }
        guard hasBegun else { return .refused }
        guard members.allSatisfy(isResolved) else { return .unresolved }
        return policy == .rollback ? .rolledBack : .kept
    }

    /// Whether a member of a group that has failed is where the policy leaves it, or where nothing can be done to it.
    private func isResolved(_ member: Member) -> Bool {
        switch member.phase {
        case .settled(.suspending), .settled(.resuming), .settled(.unknown): false
        case .settled(.suspended): policy == .keep || member.history.wasSuspended
        case .settled: true
        default: false
        }
    }

    /// Within which bounds a member was stopped. What was reset or has gone has no downtime, as little as what never
    /// stopped.
    private func interval(_ member: Member, _ now: UInt64) -> StopInterval? {
        let history = member.history
        switch member.phase {
        case .settled(.running) where history.resume == nil: return nil
        case .settled(.idle), .settled(.gone), .settled(.needsReset), .settled(.failed): return nil
        default: return history.interval(until: now)
        }
    }
}
