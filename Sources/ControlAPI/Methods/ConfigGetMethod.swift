public import JSON

/// `config.get`
public enum ConfigGetMethod: ControlMethod {
    public typealias Params = NoParams

    /// What is in force.
    public struct Result: Sendable, Hashable {
        /// The configuration file; nil when none is read.
        public var file: String?
        /// Why the file could not be used when it was last read again, so that what is in force is older.
        public var problem: String?
        /// Every member.
        public var members: [ConfigurationMember]

        /// The result of the method.
        public init(file: String?, problem: String? = nil, members: [ConfigurationMember]) {
            self.file = file
            self.problem = problem
            self.members = members
        }
    }

    public static let name = "config.get"
    public static let summary: StaticString =
        "Says which configuration is in force, and where each part of it comes from."
    public static let description: StaticString = """
        A flag goes before the environment, that before the file, and that before the default. Members that a reload of the \
        file (SIGHUP) cannot change are those whose effect is restart; what the file says of one meanwhile is its member \
        pending.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.admin
    public static let isIdempotent = true
}

extension ConfigGetMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "ConfigGetResult" }
    public static var schemaSummary: StaticString { "The configuration that is in force." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        file = try members.optional("file", "The configuration file; absent when none is read.")
        problem = try members.optional(
            "problem", "Why the file could not be used when it was last read again: what is in force is older.")
        self.members = try members.required("members", "Every member, in the order of the file.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("file", ifPresent: file)
        writer.member("problem", ifPresent: problem)
        writer.member("members", members)
        writer.endObject()
    }
}
