public import JSON

extension DeviceState {
    /// Whether anything is missing from the document, and what.
    public struct Completeness: Sendable, Hashable {
        /// Whether the document has every part.
        public let isComplete: Bool
        /// Every part that is known to be missing.
        public let missing: [MissingPart]
        /// Every part that vdpad did not read itself.
        public let supplied: [SuppliedPart]

        /// Complete if nothing is missing.
        public init(missing: [MissingPart], supplied: [SuppliedPart] = []) {
            isComplete = missing.isEmpty
            self.missing = missing
            self.supplied = supplied
        }
    }
}

extension DeviceState.Completeness: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString {
        "Whether anything is missing, and what; and what comes from elsewhere."
    }

    /// Reads the members; a document that is complete and yet lacks parts is refused.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        isComplete = try members.required(
            "complete",
            "Whether nothing is missing: status, features, backend features, configuration, and size and position of every queue are there."
        )
        missing = try members.required("missing", "Every part that is known to be missing.")
        supplied = try members.optional("supplied", default: [], "Every part that vdpad did not read itself.")
        guard !isComplete || missing.isEmpty else {
            throw JSONReadError(at: members.path, "complete is true, but parts are missing: \(missing.count)")
        }
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("complete", isComplete)
        writer.member("missing", missing)
        writer.member("supplied", ifPresent: supplied.isEmpty ? nil : supplied)
        writer.endObject()
    }
}
