public import JSON

/// A place in the order of events.
public struct EventPosition: Sendable, Hashable {
    /// The run of the daemon: its `instance`.
    public var instance: String
    /// The last event that was told.
    public var sequence: UInt64

    /// The place behind an event.
    public init(instance: String, sequence: UInt64) {
        self.instance = instance
        self.sequence = sequence
    }
}

extension EventPosition: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A place in the order of events." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        instance = try members.required("instance", "The run of the daemon that numbered the events.")
        sequence = try members.required("sequence", "The last event that was told.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("instance", instance)
        writer.member("sequence", sequence)
        writer.endObject()
    }
}
