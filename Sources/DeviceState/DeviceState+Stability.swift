public import JSON

extension DeviceState {
    /// Whether the device stood still while it was read.
    public struct Stability: Sendable, Hashable {
        /// Whether the device was suspended while it was read.
        public var suspended: Bool
        /// Whether nobody else could have resumed it meanwhile.
        public var vouched: Bool
        /// The operation that suspended it.
        public var operation: String?
        /// How it was stopped.
        public var mechanism: String?
        /// When the stop was last asserted, RFC 3339 in UTC.
        public var assertedAt: String?
        /// How it was checked that the device stood still.
        public var verification: [String]

        /// All members as given.
        public init(
            suspended: Bool, vouched: Bool, operation: String? = nil, mechanism: String? = nil,
            assertedAt: String? = nil, verification: [String]
        ) {
            self.suspended = suspended
            self.vouched = vouched
            self.operation = operation
            self.mechanism = mechanism
            self.assertedAt = assertedAt
            self.verification = verification
        }
    }
}

extension DeviceState.Stability: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Whether the device stood still while it was read." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        suspended = try members.required("suspended", "Whether the device was suspended while it was read.")
        vouched = try members.required("vouched", "Whether nobody else could have resumed it meanwhile.")
        operation = try members.optional("operation", "The operation that suspended it.")
        mechanism = try members.optional("mechanism", "How it was stopped.")
        let assertedAt: TimeText? = try members.optional("assertedAt", "When the stop was last asserted.")
        self.assertedAt = assertedAt?.string
        verification = try members.required("verification", "How it was checked that the device stood still.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("suspended", suspended)
        writer.member("vouched", vouched)
        writer.member("operation", ifPresent: operation)
        writer.member("mechanism", ifPresent: mechanism)
        writer.member("assertedAt", ifPresent: assertedAt)
        writer.member("verification", verification)
        writer.endObject()
    }
}
