public import JSON

/// A grant of the configuration, and whether it is for a peer.
public struct PolicyGrant: Sendable, Hashable {
    /// Its place in the configuration's `grants`, from 0; nil for what needs no grant.
    public var index: Int?
    /// The role.
    public var role: Role
    /// Whose it is, such as `user 1000`.
    public var subject: String
    /// The devices, by patterns.
    public var devices: [String]
    /// Whether it is for the peer.
    public var applies: Bool

    /// Describes a grant.
    public init(index: Int?, role: Role, subject: String, devices: [String], applies: Bool) {
        self.index = index
        self.role = role
        self.subject = subject
        self.devices = devices
        self.applies = applies
    }
}

extension PolicyGrant: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A grant of the configuration, and whether it is for a peer." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        index = try members.optional(
            "index", in: 0...Int.max, "Its place in the configuration's grants, from 0; absent for what needs no grant."
        )
        role = try members.required("role", "The role.")
        subject = try members.required("subject", "Whose it is, such as \"user 1000\".")
        devices = try members.required("devices", "The devices, by names with * and ?.")
        applies = try members.required("applies", "Whether it is for the peer.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", ifPresent: index)
        writer.member("role", role)
        writer.member("subject", subject)
        writer.member("devices", devices)
        writer.member("applies", applies)
        writer.endObject()
    }
}
