public import JSON

/// A device that is meant to be there: what it is to be, and whether it is made without being asked for.
public struct Declaration: Sendable, Hashable {
    /// What the device is to be.
    public var definition: DeviceDefinition
    /// True: the device is created at the daemon's start, and when its management device appears.
    public var autostart: Bool

    /// Declares a device.
    public init(_ definition: DeviceDefinition, autostart: Bool = true) {
        self.definition = definition
        self.autostart = autostart
    }
}

extension Declaration: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A device that is meant to be there." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        definition = try DeviceDefinition(members: &members)
        autostart = try members.optional(
            "autostart", default: true,
            "True: the device is created at the daemon's start, and when its management device appears.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        definition.writeMembers(to: &writer)
        if !autostart { writer.member("autostart", autostart) }
        writer.endObject()
    }
}
