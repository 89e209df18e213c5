public import JSON

/// The state of a device as a document, on which a migration is decided.
///
/// In JSON it has the members of these sections, `schema`, and a `digest` over its canonical form. Writing is
/// deterministic: the same state gives the same bytes, and a document that was read is written as it was, with what
/// this version does not know of it. Use `verify` on a document from elsewhere.
public struct DeviceState: Sendable, Hashable {
    /// The schema that this module writes. Readers accept later minor revisions (`vdpad.device-state/1.N`).
    public static let schemaIdentifier = "vdpad.device-state/1"
    /// The longest text of a document that is read, in bytes.
    public static let maximumLength = 8 << 20

    /// Where and when the state was read.
    public var source: Source
    /// Which device it is.
    public var identity: Identity
    /// What the virtio standard defines.
    public var standard: Standard
    /// What only an implementation understands; may be empty.
    public var implementation: [ImplementationSection]
    /// Whether anything is missing, and what.
    public var completeness: Completeness
    /// Whether the device stood still while it was read.
    public var stability: Stability
    /// The document that the state was read from, if there is more in it.
    private var documentAsRead: DocumentAsRead?

    /// A state of these sections.
    public init(
        source: Source, identity: Identity, standard: Standard, implementation: [ImplementationSection] = [],
        completeness: Completeness, stability: Stability
    ) {
        self.source = source
        self.identity = identity
        self.standard = standard
        self.implementation = implementation
        self.completeness = completeness
        self.stability = stability
    }
}

extension DeviceState {
    /// States are equal if they are written as the same document, what is kept of later revisions included.
    public static func == (left: DeviceState, right: DeviceState) -> Bool {
        left.digest == right.digest
    }

    /// Hashes the digest.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
    }
}

extension DeviceState: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "The state of a device." }

    /// Reads the sections and keeps what this version does not know, even where unknown members are refused around the
    /// document. The digest's form is checked here, its value by `verify`.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        var reader = try JSONObjectReader(value, at: path.lenient)
        try self.init(members: &reader)
        let document = CanonicalForm.withoutDigest(value)
        let understood = canonicalSections
        if document.jsonBytes() != understood.jsonBytes() {
            documentAsRead = DocumentAsRead(document: document, understood: understood)
        }
    }

    /// Reads the sections alone.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let _: SchemaIdentifier<Self> = try members.required("schema", "The schema of this document.")
        source = try members.required("source", "Where and when the state was read.")
        identity = try members.required("identity", "Which device it is.")
        standard = try members.required("standard", "What the virtio standard defines.")
        implementation = try members.required("implementation", "What only an implementation understands.")
        completeness = try members.required("completeness", "Whether anything is missing, and what.")
        stability = try members.required("stability", "Whether the device stood still while it was read.")
        let _: SHA256Digest = try members.required(
            "digest", "SHA-256 over the canonical form without this member; shows integrity, not origin.")
    }

    /// Writes the document with its digest: canonical, so members are sorted by name.
    public func write(to writer: inout JSONWriter) {
        writer.value(document)
    }

    /// The document with its digest.
    public var document: JSONValue {
        let content = content
        let digest = SHA256Digest(of: content.jsonBytes())
        guard case .object(let members) = content else { return content }
        return CanonicalForm.sorted(.object(members + [JSONMember(name: "digest", value: .string(digest.description))]))
    }

    /// The digest of the document.
    public var digest: SHA256Digest {
        SHA256Digest(of: content.jsonBytes())
    }

    /// What the digest covers.
    private var content: JSONValue {
        documentAsRead?.revised(to: canonicalSections) ?? canonicalSections
    }

    private var canonicalSections: JSONValue {
        CanonicalForm.sorted(
            .object([
                JSONMember(name: "schema", value: .string(Self.schemaIdentifier)),
                JSONMember(name: "source", value: JSONValue(reparsing: source)),
                JSONMember(name: "identity", value: JSONValue(reparsing: identity)),
                JSONMember(name: "standard", value: JSONValue(reparsing: standard)),
                JSONMember(name: "implementation", value: JSONValue(reparsing: implementation)),
                JSONMember(name: "completeness", value: JSONValue(reparsing: completeness)),
                JSONMember(name: "stability", value: JSONValue(reparsing: stability)),
            ]))
    }
}
