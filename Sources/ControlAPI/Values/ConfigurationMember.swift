public import JSON

/// One member of the configuration that is in force.
public struct ConfigurationMember: Sendable, Hashable {
    /// Where a value comes from.
    public enum Origin: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        case flag, environment, file
        case `default`

        /// The name in the documentation.
        public static var schemaName: String { "ConfigurationOrigin" }

        /// For the documentation.
        public static var schemaSummary: StaticString? { "Where a value of the configuration comes from." }
    }

    /// When another value in the file takes effect.
    public enum Effect: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
        case reload, restart

        /// The name in the documentation.
        public static var schemaName: String { "ConfigurationEffect" }

        /// For the documentation.
        public static var schemaSummary: StaticString? { "When another value in the configuration file takes effect." }
    }

    /// Its name, with dots for members of members.
    public var name: String
    /// Its value; nil for none.
    public var value: JSONValue?
    /// Where the value comes from.
    public var origin: Origin
    /// When another value in the file takes effect.
    public var effect: Effect
    /// The value that it will have after a restart, if that is another one.
    public var pending: JSONValue?

    /// Describes a member.
    public init(name: String, value: JSONValue?, origin: Origin, effect: Effect, pending: JSONValue? = nil) {
        self.name = name
        self.value = value
        self.origin = origin
        self.effect = effect
        self.pending = pending
    }
}

extension ConfigurationMember: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "One member of the configuration that is in force." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "Its name, with dots for members of members.")
        value = try members.optional("value", "Its value; absent for none.")
        origin = try members.required("origin", "Where the value comes from.")
        effect = try members.required("effect", "When another value in the file takes effect.")
        pending = try members.optional(
            "pending", "The value that it will have after a restart, if that is another one.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("value", ifPresent: value)
        writer.member("origin", origin)
        writer.member("effect", effect)
        writer.member("pending", ifPresent: pending)
        writer.endObject()
    }
}
