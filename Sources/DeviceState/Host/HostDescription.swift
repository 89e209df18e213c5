public import JSON

/// What the devices and management devices of a host offer, as a document: on it another host decides whether a device's
/// state would be accepted.
///
/// What is not known of a device is left out and named in its `missing`. In JSON it has the members of these sections,
/// `schema`, and a `digest` over its canonical form, made as that of a state document. Use `verify` on a document from
/// elsewhere.
public struct HostDescription: Sendable, Hashable {
    /// The schema that this module writes. Readers accept later minor revisions (`vdpad.host-description/1.N`).
    public static let schemaIdentifier = "vdpad.host-description/1"

    /// The most devices, and the most management devices, of a document from elsewhere: each is compared with the others.
    public static let maximumDevices = 4_096

    /// Which host it is, and when it was looked at.
    public var host: Origin
    /// The management devices, in the kernel's order.
    public var managementDevices: [ManagementDevice]
    /// The devices, by name.
    public var devices: [Device]
    /// The formats of implementation sections that this host can restore.
    public var implementationFormats: [String]

    /// A description of these parts.
    public init(
        host: Origin, managementDevices: [ManagementDevice], devices: [Device], implementationFormats: [String] = []
    ) {
        self.host = host
        self.managementDevices = managementDevices
        self.devices = devices
        self.implementationFormats = implementationFormats
    }
}

extension HostDescription: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "What the devices and management devices of a host offer." }

    /// Reads the sections. The digest's form is checked here, its value by `verify`.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let _: SchemaIdentifier<Self> = try members.required("schema", "The schema of this document.")
        host = try members.required("host", "Which host it is, and when it was looked at.")
        managementDevices = try members.required("managementDevices", "The management devices.")
        devices = try members.required("devices", "The devices, by name.")
        implementationFormats = try members.required(
            "implementationFormats", "The formats of implementation sections that this host can restore.")
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
            JSONMember(name: "host", value: JSONValue(reparsing: host)),
            JSONMember(name: "managementDevices", value: JSONValue(reparsing: managementDevices)),
            JSONMember(name: "devices", value: JSONValue(reparsing: devices)),
            JSONMember(name: "implementationFormats", value: JSONValue(reparsing: implementationFormats)),
        ]
    }
}
