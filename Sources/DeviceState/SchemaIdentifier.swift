internal import JSON

/// A document that names its schema.
protocol SchemaDocument {
    /// The schema that this module writes, with its major revision.
    static var schemaIdentifier: String { get }
}

/// The schema that a document must have, such as `vdpad.device-state/1`, or a later minor revision of it.
struct SchemaIdentifier<Document: SchemaDocument>: JSONReadable {
    /// The identifier in this text, or nil when it is another schema or another major revision.
    init?(_ text: String) {
        let base = Document.schemaIdentifier
        guard text != base else { return }
        guard text.hasPrefix(base + "."), let minor = UInt32(text.dropFirst(base.count + 1)),
            text == "\(base).\(minor)"
        else { return nil }
    }

    private init() {}

    init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let identifier = SchemaIdentifier(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: Document.schemaIdentifier, found: value)
        }
        self = identifier
    }

    static var schema: JSONSchema {
        let base = Document.schemaIdentifier.split(separator: ".").joined(separator: "\\.")
        return JSONSchema(.string(pattern: "^\(base)(\\.[0-9]+)?$"))
    }
    static var placeholder: SchemaIdentifier { SchemaIdentifier() }
}

extension DeviceState: SchemaDocument {}
extension HostDescription: SchemaDocument {}
