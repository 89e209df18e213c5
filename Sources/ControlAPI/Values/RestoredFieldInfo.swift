public import JSON

/// What became of one field of a state that was restored.
public struct RestoredFieldInfo: Sendable, Hashable {
    /// How far it is proved that the device has it.
    public enum Outcome: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        case verified, accepted, refused

        /// For the documentation.
        public static var schemaSummary: StaticString? { "How far it is proved that the device has a field." }

        /// What the case means.
        public var summary: StaticString? {
            switch self {
            case .verified: "The device has the value: it was read back, or was there before."
            case .accepted:
                "The device took the value, which nothing has read back; `reason` says if it tells another one so far."
            case .refused: "The device does not take the value; in mode preflight only, an error elsewhere."
            }
        }
    }

    /// The member of the state, such as `standard.queues[1].size`.
    public var field: String
    /// What became of it.
    public var outcome: Outcome
    /// Why it was refused, or is not proved yet.
    public var reason: String?

    /// Describes one field.
    public init(field: String, outcome: Outcome, reason: String? = nil) {
        self.field = field
        self.outcome = outcome
        self.reason = reason
    }
}

extension RestoredFieldInfo: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "RestoredField" }
    public static var schemaSummary: StaticString { "What became of one field of a state." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        field = try members.required("field", "The member of the state, such as standard.queues[1].size.")
        outcome = try members.required("outcome", "What became of it.")
        reason = try members.optional("reason", "Why it was refused, or is not proved yet.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("field", field)
        writer.member("outcome", outcome)
        writer.member("reason", ifPresent: reason)
        writer.endObject()
    }
}
