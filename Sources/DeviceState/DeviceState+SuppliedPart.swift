public import JSON

extension DeviceState {
    /// A part that vdpad did not read itself.
    public struct SuppliedPart: Sendable, Hashable {
        /// The path of the part, such as standard.queues[0].position.
        public var part: String
        /// Where it comes from, in the words of the agent that supplied it.
        public var source: String

        /// All members as given.
        public init(part: String, source: String) {
            self.part = part
            self.source = source
        }
    }
}

extension DeviceState.SuppliedPart: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "A part that vdpad did not read itself." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        part = try members.required("part", "The path of the part, such as standard.queues[0].position.")
        source = try members.required("source", "Where it comes from, in the words of the agent that supplied it.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("part", part)
        writer.member("source", source)
        writer.endObject()
    }
}
