public import JSON

extension DeviceState {
    /// A part that the document lacks.
    public struct MissingPart: Sendable, Hashable {
        /// The path of the part, such as standard.queues[0].position.
        public var part: String
        /// Why it is missing.
        public var reason: String
        /// Who could supply it.
        public var supplier: Supplier

        /// All members as given.
        public init(part: String, reason: String, supplier: Supplier) {
            self.part = part
            self.reason = reason
            self.supplier = supplier
        }
    }
}

extension DeviceState.MissingPart: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "A part that the document lacks." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        part = try members.required("part", "The path of the part, such as standard.queues[0].position.")
        reason = try members.required("reason", "Why it is missing.")
        supplier = try members.required("supplier", "Who could supply it.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("part", part)
        writer.member("reason", reason)
        writer.member("supplier", supplier)
        writer.endObject()
    }
}
