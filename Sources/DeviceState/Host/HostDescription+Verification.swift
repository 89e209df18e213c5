public import JSON

extension HostDescription {
    /// Checks a document from elsewhere: schema, digest, and that its sections can be read.
    ///
    /// The digest is computed over the document as it is, so members that this version does not know count too.
    ///
    /// - Parameter document: The whole document.
    /// - Returns: The description, without what this version does not know.
    /// - Throws: `HostDescriptionError`.
    public static func verify(_ document: JSONValue) throws(HostDescriptionError) -> HostDescription {
        guard case .object(let members) = document else { throw .malformed("host: expected an object") }
        guard case .string(let schema) = document["schema"] else {
            throw .malformed("host: member \"schema\" is missing")
        }
        guard SchemaIdentifier<Self>(schema) != nil else { throw .unsupportedSchema(schema) }
        guard case .string(let text) = document["digest"], let stated = SHA256Digest(text) else {
            throw .malformed("host: member \"digest\" is missing or is no sha256 digest")
        }
        let rest = members.filter { $0.name != "digest" }
        let computed = SHA256Digest(of: CanonicalForm.sorted(.object(rest)).jsonBytes())
        guard stated == computed else { throw .wrongDigest(stated: stated, computed: computed) }
        let description: HostDescription
        do throws(JSONReadError) {
            description = try HostDescription(document, at: JSONPath("host", mode: .lenient))
        } catch {
            throw .malformed(error.description)
        }
        try limit(description.devices.count, "devices")
        try limit(description.managementDevices.count, "managementDevices")
        return description
    }

    private static func limit(_ count: Int, _ member: String) throws(HostDescriptionError) {
        guard count <= maximumDevices else {
            throw .malformed("host.\(member): \(count) devices, more than \(maximumDevices)")
        }
    }
}

/// Why a description of a host is not accepted.
public enum HostDescriptionError: Error, Sendable, Hashable {
    /// Not a description; the text names the member.
    case malformed(String)
    /// Another schema or a later major revision.
    case unsupportedSchema(String)
    /// The document was changed after its digest was made.
    case wrongDigest(stated: SHA256Digest, computed: SHA256Digest)
}

extension HostDescriptionError: CustomStringConvertible {
    /// A sentence for an error message.
    public var description: String {
        switch self {
        case .malformed(let message): message
        case .unsupportedSchema(let schema):
            "host: schema \(String(schema.prefix(64)).jsonText()) is not supported; this is \(HostDescription.schemaIdentifier)"
        case .wrongDigest(let stated, let computed):
            "host: the document states \(stated), its content has \(computed)"
        }
    }
}
