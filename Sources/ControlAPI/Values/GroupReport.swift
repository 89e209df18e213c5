public import JSON

/// What became of a group: the result of a call that did what it was asked for, and part of the error of one that did not.
public struct GroupReport: Sendable, Hashable {
    /// The operation; nil for a dry run.
    public var operation: String?
    /// What became of the group as a whole.
    public var outcome: GroupOutcome
    /// Every member, in the order of the call.
    public var members: [GroupMember]
    /// How long the guest was without the group, until now if it is still stopped.
    public var downtime: DowntimeBounds?
    /// When vdpad resumes the group; nil for a stop without an end.
    public var lease: Lease?

    /// Describes what became of a group.
    public init(
        operation: String?, outcome: GroupOutcome, members: [GroupMember], downtime: DowntimeBounds? = nil,
        lease: Lease? = nil
    ) {
        self.operation = operation
        self.outcome = outcome
        self.members = members
        self.downtime = downtime
        self.lease = lease
    }
}

extension GroupReport: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What became of a group." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        operation = try members.optional(
            "operation", "The operation, by which the group is resumed and its lease renewed; absent for a dry run.")
        outcome = try members.required("outcome", "What became of the group as a whole.")
        self.members = try members.required("members", "Every member, in the order of the call.")
        downtime = try members.optional(
            "downtime",
            "How long the guest was without the group, until now if it is still stopped: at least so long all that stopped were stopped at once, at most so long any of them was."
        )
        lease = try members.optional("lease", "When vdpad resumes the group; absent for a stop without an end.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("operation", ifPresent: operation)
        writer.member("outcome", outcome)
        writer.member("members", members)
        writer.member("downtime", ifPresent: downtime)
        writer.member("lease", ifPresent: lease)
        writer.endObject()
    }
}
