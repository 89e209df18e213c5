public import JSON

extension DeviceState {
    /// Something that only an implementation understands.
    public struct ImplementationSection: Sendable, Hashable {
        /// The identifier of the format.
        public var format: String
        /// Whether a restore without it must be refused.
        public var required: Bool
        /// As the format says; the order of members has no meaning.
        public var data: JSONValue

        /// All members as given, the data in canonical order.
        public init(format: String, required: Bool, data: JSONValue) {
            self.format = format
            self.required = required
            self.data = CanonicalForm.sorted(data)
        }
    }
}

extension DeviceState.ImplementationSection: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Something that only an implementation understands." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        self.init(
            format: try members.required("format", "The identifier of the format."),
            required: try members.required("required", "Whether a restore without it must be refused."),
            data: try members.required("data", "As the format says."))
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("format", format)
        writer.member("required", required)
        writer.member("data", data)
        writer.endObject()
    }
}

extension DeviceState {
    /// The sections without which a restore must be refused and whose formats are not among these, in their order.
    public func requiredSections(except formats: Set<String>) -> [ImplementationSection] {
        implementation.filter { $0.required && !formats.contains($0.format) }
    }
}
