public import JSON

/// What is known of an operation.
public struct OperationReport: Sendable, Hashable {
    /// The operation.
    public var operation: Operation

    /// Describes an operation.
    public init(operation: Operation) {
        self.operation = operation
    }
}

extension OperationReport: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What is known of an operation." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        operation = try members.required("operation", "The operation.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("operation", operation)
        writer.endObject()
    }
}
