public import JSON

/// The form of a state document as JSON Schema (draft-07), which `api/device-state.schema.json` holds.
///
/// It comes from the declarations of the types, so it is what `DeviceState.verify` reads. What documents must hold beside
/// it says `DeviceState.validate`. Source: https://json-schema.org/draft-07.
public struct DeviceStateSchema: Sendable {
    /// The schema of this revision.
    public init() {}

    private static let description: StaticString = """
        The state of a virtio device behind vDPA, on which a migration is decided. Later minor revisions may add members, \
        so members that are not described here are allowed. The digest is SHA-256 over the canonical form without \
        the member digest: members sorted by the bytes of their names at every level, no white space. It shows \
        integrity, not origin.
        """
}

extension DeviceStateSchema: JSONWritable {
    /// Writes the schema.
    public func write(to writer: inout JSONWriter) {
        var gathered = JSONSchemaDefinitions()
        gathered.add(DeviceState.self)
        writer.beginObject()
        writer.member("$schema", "http://json-schema.org/draft-07/schema#")
        writer.member("$id", "urn:vdpad:device-state:1")
        writer.member("title", DeviceState.schemaIdentifier)
        writer.member("description", "\(Self.description)")
        writer.member("allOf", [["$ref": "#/definitions/\(DeviceState.schemaName)"]])
        writer.name("definitions")
        writer.beginObject()
        for (name, schema) in gathered.definitions.sorted(by: { $0.key < $1.key }) {
            writer.name(name)
            schema.write(to: &writer, mode: .lenient, definitions: "#/definitions/")
        }
        writer.endObject()
        writer.endObject()
    }
}
