public import JSON

/// The parameters of a method that takes none: an empty object, or none at all.
public struct NoParams: Sendable, Hashable {
    /// No parameters.
    public init() {}
}

extension NoParams: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "No parameters." }

    /// Reads the empty object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {}

    /// Writes the empty object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.endObject()
    }
}
