import ControlAPI

/// What is told of a group, to its caller and to its operation's record.
struct GroupReply: Sendable, Hashable {
    /// What became of the group as a whole.
    var outcome: GroupOutcome
    /// Why it is not what was asked for: the first failure, in the order of time.
    var failure: ControlError?
    /// Every member, in the order of the call.
    var members: [GroupMember]
    /// How long the guest was without the group, until now if it is still stopped; nil if nothing was stopped.
    var downtime: DowntimeBounds?
}
