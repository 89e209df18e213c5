/// The part of JSON Schema (draft-07) that declarations in this package need.
public struct JSONSchema: Sendable, Hashable {
    /// What is accepted.
    public indirect enum Kind: Sendable, Hashable {
        case any
        case null
        case boolean
        case integer(ClosedRange<Int128>)
        case number
        /// A string: one of a list if there is one; of at most so many UTF-8 bytes; matching an ECMA 262 pattern.
        case string(oneOf: [String]? = nil, pattern: String? = nil, maximumLength: Int? = nil)
        /// A list, of at most so many elements.
        case array(of: JSONSchema, maximumCount: Int? = nil)
        /// Exactly these members.
        case object([Property])
        /// Any names, with values of one schema.
        case map(of: JSONSchema)
        case anyOf([JSONSchema])
        case reference(Reference)
    }

    /// A member of an object.
    public struct Property: Sendable, Hashable {
        /// The name.
        public var name: String
        /// What the member means.
        public var summary: String
        /// What the value must be.
        public var schema: JSONSchema
        /// Whether the object is invalid without it.
        public var isRequired: Bool
        /// The value when the member is left out.
        public var `default`: JSONValue?

        /// A member.
        public init(name: String, summary: String, schema: JSONSchema, isRequired: Bool, default: JSONValue? = nil) {
            self.name = name
            self.summary = summary
            self.schema = schema
            self.isRequired = isRequired
            self.default = `default`
        }
    }

    /// A named definition. It is resolved only when definitions are gathered, so that types may contain themselves.
    public struct Reference: Sendable, Hashable {
        /// The name in the list of definitions.
        public let name: String
        /// The definition behind the name.
        public let definition: @Sendable () -> JSONSchema

        /// A name and what it stands for.
        public init(name: String, definition: @escaping @Sendable () -> JSONSchema) {
            self.name = name
            self.definition = definition
        }

        /// Whether the names are equal.
        public static func == (left: Reference, right: Reference) -> Bool {
            left.name == right.name
        }

        /// Hashes the name.
        public func hash(into hasher: inout Hasher) {
            hasher.combine(name)
        }
    }

    /// What is accepted.
    public var kind: Kind
    /// What the value means.
    public var description: String?

    /// A schema of this kind.
    public init(_ kind: Kind, description: String? = nil) {
        self.kind = kind
        self.description = description
    }

    /// A reference to a definition: for types that are no objects, but more than a string or a number.
    public static func named(_ name: String, _ kind: Kind, description: String?) -> JSONSchema {
        JSONSchema(.reference(Reference(name: name) { JSONSchema(kind, description: description) }))
    }

    /// A type's name without its module; the names of nested types are joined.
    static func name(of type: Any.Type) -> String {
        String(reflecting: type).split(separator: ".").dropFirst().filter { !$0.hasPrefix("(") }.joined()
    }
}
