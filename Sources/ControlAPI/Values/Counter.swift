public import JSON

/// A number that a device's driver counts.
public struct Counter: Sendable, Hashable {
    /// Its name, the driver's own.
    public var name: String
    /// Its value.
    public var value: UInt64

    /// Describes a counter.
    public init(name: String, value: UInt64) {
        self.name = name
        self.value = value
    }
}

extension Counter: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A number that a device's driver counts." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "Its name, the driver's own.")
        value = try members.required("value", "Its value.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("value", value)
        writer.endObject()
    }
}
