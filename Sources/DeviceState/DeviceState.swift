public import JSON

/// The state of a device as a document, on which a migration is decided.
///
/// In JSON it has the members of these sections, `schema`, and a `digest` over its canonical form. Writing is
/// deterministic: the same state gives the same bytes. Use `verify` on a document from elsewhere.
public struct DeviceState: Sendable, Hashable {
    /// The schema that this module writes. Readers accept later minor revisions (`vdpad.device-state/1.N`).
    public static let schemaIdentifier = "vdpad.device-state/1"

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

extension DeviceState: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "The state of a device." }

    /// Reads the sections. The digest's form is checked here, its value by `verify`.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let _: SchemaIdentifier = try members.required("schema", "The schema of this document.")
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
        var members = sections
        members.append(JSONMember(name: "digest", value: .string(digest.description)))
        return CanonicalForm.sorted(.object(members))
    }

    /// The digest of the document.
    public var digest: SHA256Digest {
        SHA256Digest(of: CanonicalForm.sorted(.object(sections)).jsonBytes())
    }

    private var sections: [JSONMember] {
        [
            JSONMember(name: "schema", value: .string(Self.schemaIdentifier)),
            JSONMember(name: "source", value: JSONValue(reparsing: source)),
            JSONMember(name: "identity", value: JSONValue(reparsing: identity)),
            JSONMember(name: "standard", value: JSONValue(reparsing: standard)),
            JSONMember(name: "implementation", value: JSONValue(reparsing: implementation)),
            JSONMember(name: "completeness", value: JSONValue(reparsing: completeness)),
            JSONMember(name: "stability", value: JSONValue(reparsing: stability)),
        ]
    }
}
