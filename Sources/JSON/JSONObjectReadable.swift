/// A type that is an object in JSON. Its members are declared once, in `init(members:)`: that reads them, documents them
/// and gives their schema.
public protocol JSONObjectReadable: JSONReadable, SendableMetatype {
    /// The name under which the schema is listed; by default the type's name without its module.
    static var schemaName: String { get }
    /// What the object is, for the documentation.
    static var schemaSummary: StaticString { get }
    /// Takes the members from a value, or from placeholders while a schema is recorded; so it must accept the
    /// placeholders of its members' types.
    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError)
}

extension JSONObjectReadable {
    /// The type's name without its module; the names of nested types are joined.
    public static var schemaName: String {
        JSONSchema.name(of: Self.self)
    }

    /// Reads the object; unknown members are refused if the path's mode is strict.
    @inlinable
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        var reader = try JSONObjectReader(value, at: path)
        self = try Self(members: &reader)
        try reader.finish()
    }

    /// A reference to the definition.
    public static var schema: JSONSchema {
        JSONSchema(.reference(JSONSchema.Reference(name: schemaName) { definition }))
    }

    /// The object's own schema.
    public static var definition: JSONSchema {
        record().schema
    }

    /// An object of placeholders.
    public static var placeholder: Self {
        record().value
    }

    private static func record() -> (value: Self, schema: JSONSchema) {
        var recorder = JSONSchemaRecorder()
        do throws(JSONReadError) {
            let value = try Self(members: &recorder)
            let object = JSONSchema.Kind.object(recorder.properties)
            return (value, JSONSchema(object, description: "\(schemaSummary)"))
        } catch {
            preconditionFailure("\(Self.self) refuses the placeholders of its own members: \(error)")
        }
    }
}
