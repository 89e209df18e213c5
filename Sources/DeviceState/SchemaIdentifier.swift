internal import JSON

/// `vdpad.device-state/1`, or a later minor revision of it.
struct SchemaIdentifier: JSONReadable {
    /// The identifier in this text, or nil when it is another schema or another major revision.
    init?(_ text: String) {
        let base = DeviceState.schemaIdentifier
        guard text != base else { return }
        guard text.hasPrefix(base + "."), let minor = UInt32(text.dropFirst(base.count + 1)),
            text == "\(base).\(minor)"
        else { return nil }
    }

    private init() {}

    init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let identifier = SchemaIdentifier(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: DeviceState.schemaIdentifier, found: value)
        }
        self = identifier
    }

    static var schema: JSONSchema { JSONSchema(.string(pattern: "^vdpad\\.device-state/1(\\.[0-9]+)?$")) }
    static var placeholder: SchemaIdentifier { SchemaIdentifier() }
}
