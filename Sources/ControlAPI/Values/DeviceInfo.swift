public import JSON
public import Virtio

/// A device as it can be described without opening it.
public struct DeviceInfo: Sendable, Hashable {
    /// The device's name on the vdpa bus.
    public var name: DeviceName
    /// Its class.
    public var deviceClass: DeviceClass?
    /// The management device that created it.
    public var managementDevice: String?
    /// The virtio vendor id.
    public var vendorID: UInt32?
    /// How many virtqueues it has.
    public var queueCount: UInt32?
    /// The largest ring size.
    public var maximumQueueSize: UInt16?
    /// The bus driver.
    public var driver: String?
    /// The path of its node.
    public var node: String?
    /// Who may open its node.
    public var nodeRights: NodeRights?
    /// vdpad's record.
    public var runState: RunState
    /// What vdpad can do to it.
    public var access: Access
    /// When vdpad resumes it.
    public var lease: Lease?

    /// Describes a device of which only the name is known.
    public init(name: DeviceName, runState: RunState, access: Access) {
        self.name = name
        self.runState = runState
        self.access = access
    }
}

extension DeviceInfo: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "Device" }
    public static var schemaSummary: StaticString { "A device as it can be described without opening it." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "The device's name on the vdpa bus.")
        deviceClass = try members.optional("class", "Its class; absent when neither netlink nor sysfs tells.")
        managementDevice = try members.optional("managementDevice", "The management device that created it.")
        vendorID = try members.optional("vendorId", "The virtio vendor id.")
        queueCount = try members.optional("queueCount", "How many virtqueues it has, control queue included.")
        maximumQueueSize = try members.optional("maximumQueueSize", "The largest ring size.")
        driver = try members.optional(
            "driver", "The bus driver: vhost_vdpa, virtio_vdpa or another; absent if unbound.")
        node = try members.optional("node", "The path of its node, when it is bound to vhost_vdpa.")
        nodeRights = try members.optional(
            "nodeRights", "Who may open its node; a user or group without a name by number.")
        runState = try members.required("runState", "vdpad's record of whether the device runs.")
        access = try members.required("access", "What vdpad can do to the device now.")
        lease = try members.optional("lease", "When vdpad resumes it; device.get alone says it.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("class", ifPresent: deviceClass)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.member("vendorId", ifPresent: vendorID)
        writer.member("queueCount", ifPresent: queueCount)
        writer.member("maximumQueueSize", ifPresent: maximumQueueSize)
        writer.member("driver", ifPresent: driver)
        writer.member("node", ifPresent: node)
        writer.member("nodeRights", ifPresent: nodeRights)
        writer.member("runState", runState)
        writer.member("access", access)
        writer.member("lease", ifPresent: lease)
        writer.endObject()
    }
}
