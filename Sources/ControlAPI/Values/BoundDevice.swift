public import JSON

/// A device after a call that made it, bound it or handed it over: where it is, and how it is bound.
public struct BoundDevice: Sendable, Hashable {
    /// Where the device is.
    public var state: DeviceControlState
    /// The management device that created it.
    public var managementDevice: String?
    /// The bus driver; nil if unbound.
    public var driver: String?
    /// The path of its node.
    public var node: String?

    /// Describes a device.
    public init(state: DeviceControlState, managementDevice: String?, driver: String?, node: String?) {
        self.state = state
        self.managementDevice = managementDevice
        self.driver = driver
        self.node = node
    }
}

extension BoundDevice: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Where a device is, and how it is bound." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        managementDevice = try members.optional("managementDevice", "The management device that created it.")
        driver = try members.optional(
            "driver", "The bus driver: vhost_vdpa, virtio_vdpa or another; absent if unbound.")
        node = try members.optional("node", "The path of its node, when it is bound to vhost_vdpa.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.member("driver", ifPresent: driver)
        writer.member("node", ifPresent: node)
        writer.endObject()
    }
}
