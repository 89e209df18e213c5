public import JSON

/// Who may open a device's node. The kernel makes it `0600 root:root` and announces it to nobody, so no udev rule can.
public struct NodeRights: Sendable, Hashable {
    /// The user that owns the node, by name or number; left alone if nil.
    public var owner: String?
    /// The group of the node, by name or number; left alone if nil.
    public var group: String?
    /// The permission bits; left alone if nil.
    public var mode: NodeMode?

    /// Describes rights; what is nil is left as it is.
    public init(owner: String? = nil, group: String? = nil, mode: NodeMode? = nil) {
        self.owner = owner
        self.group = group
        self.mode = mode
    }
}

extension NodeRights: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Who may open a device's node." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        owner = try members.optional(
            "owner", maximumLength: 256, "The user that owns the node, by name or number; left alone if absent.")
        group = try members.optional(
            "group", maximumLength: 256, "The group of the node, by name or number; left alone if absent.")
        mode = try members.optional("mode", "The permission bits, octal; left alone if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("owner", ifPresent: owner)
        writer.member("group", ifPresent: group)
        writer.member("mode", ifPresent: mode)
        writer.endObject()
    }
}
