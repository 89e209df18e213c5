/// Gathers every named definition that can be reached from some schemas.
public struct JSONSchemaDefinitions: Sendable {
    /// The definitions by name.
    public private(set) var definitions: [String: JSONSchema] = [:]

    /// Nothing gathered.
    public init() {}

    /// Adds what the schema of this type refers to, directly or through others.
    public mutating func add(_ type: (some JSONReadable).Type) {
        add(type.schema)
    }

    /// Adds what this schema refers to, directly or through others. Two different definitions under one name are an
    /// error of the program.
    public mutating func add(_ schema: JSONSchema) {
        switch schema.kind {
        case .reference(let reference):
            let definition = reference.definition()
            if let known = definitions[reference.name] {
                precondition(known == definition, "two definitions are named \(reference.name)")
                return
            }
            definitions[reference.name] = definition
            add(definition)
        case .array(let element, _):
            add(element)
        case .map(let value):
            add(value)
        case .anyOf(let schemas):
            for schema in schemas {
                add(schema)
            }
        case .object(let properties):
            for property in properties {
                add(property.schema)
            }
        case .any, .null, .boolean, .integer, .number, .string:
            break
        }
    }
}
