public import JSON
public import Virtio

/// `declaration.diff`
public enum DeclarationDiffMethod: ControlMethod {
    /// Which devices to compare.
    public struct Params: Sendable, Hashable {
        /// The devices; all if nil.
        public var devices: [DeviceName]?

        /// The parameters of the method.
        public init(devices: [DeviceName]? = nil) {
            self.devices = devices
        }
    }

    /// What differs.
    public struct Result: Sendable, Hashable {
        /// The declared devices that are not as declared, in the order of the declarations.
        public var differences: [DeclarationDifference]
        /// The devices on the bus that nothing declares, by name.
        public var undeclared: [DeviceName]
        /// What is wrong with the declarations.
        public var problems: [DeclarationProblem]
        /// When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.
        public var asOf: String?

        /// The result of the method.
        public init(
            differences: [DeclarationDifference], undeclared: [DeviceName], problems: [DeclarationProblem],
            asOf: String? = nil
        ) {
            self.differences = differences
            self.undeclared = undeclared
            self.problems = problems
            self.asOf = asOf
        }
    }

    public static let name = "declaration.diff"
    public static let summary: StaticString = "Says where the running host differs from what is declared."
    public static let description: StaticString = """
        Compares what the declarations say, member by member, with the running devices; what a declaration \
        leaves out is not compared. A value that cannot be read is no difference and is not taken for \
        equal: it is listed without actual. A name that is neither declared nor on the bus is deviceNotFound.
        """
    public static let errors: [ErrorCode] = [.deviceNotFound, .hostBlocked]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeclarationDiffMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationDiffParams" }
    public static var schemaSummary: StaticString { "Which devices to compare." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements, "The devices; all that are declared or on the bus if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", ifPresent: devices)
        writer.endObject()
    }
}

extension DeclarationDiffMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationDiffResult" }
    public static var schemaSummary: StaticString { "Where the running host differs from what is declared." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        differences = try members.required(
            "differences", "The declared devices that are not as declared, in the order of the declarations.")
        undeclared = try members.required("undeclared", "The devices on the bus that nothing declares, by name.")
        problems = try members.required("problems", "What is wrong with the declarations.")
        asOf = try members.optional(
            "asOf", "When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("differences", differences)
        writer.member("undeclared", undeclared)
        writer.member("problems", problems)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
