public import JSON

/// Which management device makes the device that a state is handed over with.
public struct RestoreProvision: Sendable, Hashable {
    /// `BUS/NAME`, or `NAME` for one without a bus.
    public var managementDevice: String
    /// Who may open the device's node.
    public var node: NodeRights?

    /// A device of this management device; its other attributes are those that the state needs.
    public init(managementDevice: String, node: NodeRights? = nil) {
        self.managementDevice = managementDevice
        self.node = node
    }
}

extension RestoreProvision: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "Which management device makes the device that a state is handed over with."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        managementDevice = try members.required(
            "mgmtdev", maximumLength: 256,
            "The management device that creates it: BUS/NAME, or NAME for one without a bus.")
        node = try members.optional("node", "Who may open its node; the configuration's default if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mgmtdev", managementDevice)
        writer.member("node", ifPresent: node)
        writer.endObject()
    }
}
