public import JSON

/// `declaration.list`
public enum DeclarationListMethod: ControlMethod {
    public typealias Params = NoParams

    /// The declared devices.
    public struct Result: Sendable, Hashable {
        /// The declared devices, in the order of the files and in each.
        public var declarations: [DeclaredDevice]
        /// What is wrong with the files; what is declared there is not among the declarations.
        public var problems: [DeclarationProblem]
        /// When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.
        public var asOf: String?

        /// The result of the method.
        public init(declarations: [DeclaredDevice], problems: [DeclarationProblem], asOf: String? = nil) {
            self.declarations = declarations
            self.problems = problems
            self.asOf = asOf
        }
    }

    public static let name = "declaration.list"
    public static let summary: StaticString = "Lists the declared devices."
    public static let description: StaticString = """
        Reads the files of the declarations' directory anew. A file that cannot be read or used is a \
        problem and hides no other file. A device that is declared twice is taken from neither place.
        """
    public static let errors: [ErrorCode] = [.hostBlocked]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeclarationListMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationListResult" }
    public static var schemaSummary: StaticString { "The declared devices." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        declarations = try members.required(
            "declarations", "The declared devices, in the order of the files' names and in each as they stand there.")
        problems = try members.required(
            "problems", "What is wrong with the files; what is declared there is not among the declarations.")
        asOf = try members.optional(
            "asOf", "When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("declarations", declarations)
        writer.member("problems", problems)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
