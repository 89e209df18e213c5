public import JSON

/// An operation.
public struct OperationTarget: Sendable, Hashable {
    /// Its id.
    public var operation: String
    /// How long the caller waits, in milliseconds.
    public var deadlineMs: UInt32?

    /// Names an operation.
    public init(operation: String, deadlineMs: UInt32? = nil) {
        self.operation = operation
        self.deadlineMs = deadlineMs
    }
}

extension OperationTarget: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "An operation." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        operation = try members.required("operation", "Its id. Leases that it began are renewed by naming it.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("operation", operation)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}
