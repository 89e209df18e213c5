public import JSON

/// A declared value, and what the running device has instead.
public struct DeclaredFieldDifference: Sendable, Hashable {
    /// The member of the declaration.
    public var field: DeclaredField
    /// The declared value, as it stands in the declaration.
    public var declared: JSONValue
    /// The device's value in the same form; nil when it cannot be read.
    public var actual: JSONValue?

    /// Describes a difference.
    public init(_ field: DeclaredField, declared: JSONValue, actual: JSONValue?) {
        self.field = field
        self.declared = declared
        self.actual = actual
    }
}

extension DeclaredFieldDifference: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A declared value, and what the running device has instead." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        field = try members.required("field", "The member of the declaration.")
        declared = try members.required("declared", "The declared value, as it stands in the declaration.")
        actual = try members.optional(
            "actual",
            "The device's value in the same form; absent when it cannot be read, which is not the same as none.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("field", field)
        writer.member("declared", declared)
        writer.member("actual", ifPresent: actual)
        writer.endObject()
    }
}
