public import JSON

extension DeviceState {
    /// Checks a document from elsewhere: schema, digest, that its sections can be read, and that they agree.
    ///
    /// The digest is computed over the document as it is, so members that this version does not know count too. It shows
    /// integrity, not origin: whoever can change a document can give it another digest.
    ///
    /// - Parameter document: The whole document.
    /// - Returns: The state, which keeps what this version does not know.
    /// - Throws: `DeviceStateError`.
    public static func verify(_ document: JSONValue) throws(DeviceStateError) -> DeviceState {
        guard case .object = document else { throw .malformed("state: expected an object") }
        guard case .string(let schema) = document["schema"] else {
            throw .malformed("state: member \"schema\" is missing")
        }
        guard SchemaIdentifier<Self>(schema) != nil else { throw .unsupportedSchema(schema) }
        guard case .string(let text) = document["digest"], let stated = SHA256Digest(text) else {
            throw .malformed("state: member \"digest\" is missing or is no sha256 digest")
        }
        let computed = SHA256Digest(of: CanonicalForm.withoutDigest(document).jsonBytes())
        guard stated == computed else { throw .wrongDigest(stated: stated, computed: computed) }
        let state: DeviceState
        do throws(JSONReadError) {
            state = try DeviceState(document, at: JSONPath("state"))
        } catch {
            throw .malformed(error.description)
        }
        do throws(Contradiction) {
            try state.validate()
        } catch {
            throw .contradictory(error)
        }
        return state
    }

    /// Checks the text of a document from elsewhere.
    ///
    /// - Parameter text: The whole document, at most `maximumLength` bytes.
    /// - Returns: The state, which keeps what this version does not know.
    /// - Throws: `DeviceStateError`.
    public static func verify(_ text: [UInt8]) throws(DeviceStateError) -> DeviceState {
        guard text.count <= maximumLength else { throw .tooLong }
        let document: JSONValue
        do throws(JSONSyntaxError) {
            document = try JSONParser.parse(text.span)
        } catch {
            throw .malformed("state: \(error)")
        }
        return try verify(document)
    }
}

/// Why a document is not accepted.
public enum DeviceStateError: Error, Sendable, Hashable {
    /// Not a state document; the text names the member.
    case malformed(String)
    /// Another schema or a later major revision.
    case unsupportedSchema(String)
    /// The document was changed after its digest was made.
    case wrongDigest(stated: SHA256Digest, computed: SHA256Digest)
    /// No device can be in this state.
    case contradictory(DeviceState.Contradiction)
    /// The text has more than `DeviceState.maximumLength` bytes.
    case tooLong
}

extension DeviceStateError: CustomStringConvertible {
    /// A sentence for an error message.
    public var description: String {
        switch self {
        case .malformed(let message): message
        case .unsupportedSchema(let schema):
            "schema \(String(schema.prefix(64)).jsonText()) is not supported; this is \(DeviceState.schemaIdentifier)"
        case .wrongDigest(let stated, let computed):
            "the document states \(stated), its content has \(computed)"
        case .contradictory(let contradiction): "state.\(contradiction)"
        case .tooLong: "the document is longer than the limit of \(DeviceState.maximumLength) bytes"
        }
    }
}
