internal import JSON

/// `vdpad.host-description/1`, or a later minor revision of it.
struct HostSchemaIdentifier: JSONReadable {
    /// The identifier in this text, or nil when it is another schema or another major revision.
    init?(_ text: String) {
        let base = HostDescription.schemaIdentifier
        guard text != base else { return }
        guard text.hasPrefix(base + "."), let minor = UInt32(text.dropFirst(base.count + 1)),
            text == "\(base).\(minor)"
        else { return nil }
    }

    private init() {}

    init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        guard let identifier = HostSchemaIdentifier(try String(value, at: path)) else {
            throw JSONReadError(at: path, expected: HostDescription.schemaIdentifier, found: value)
        }
        self = identifier
    }

    static var schema: JSONSchema { JSONSchema(.string(pattern: "^vdpad\\.host-description/1(\\.[0-9]+)?$")) }
    static var placeholder: HostSchemaIdentifier { HostSchemaIdentifier() }
}
