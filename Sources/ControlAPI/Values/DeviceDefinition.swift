import DeviceState
public import JSON
public import Virtio

/// What a device is to be: the parameters of `device.add`, and what a declaration says.
public struct DeviceDefinition: Sendable, Hashable {
    /// Its name on the vdpa bus.
    public var name: DeviceName
    /// The management device that creates it: `BUS/NAME`, or `NAME` for one without a bus.
    public var managementDevice: String
    /// A network device's address.
    public var mac: MACAddress?
    /// A network device's MTU.
    public var mtu: UInt16?
    /// A network device's queue pairs, at most.
    public var maximumQueuePairs: UInt16?
    /// The features that it offers: names, `bitN`, or masks such as `0x300000000`; together they are the set.
    public var features: [String]?
    /// The driver that it is bound to; what the kernel does if nil.
    public var driver: DriverSelection?
    /// Who may open its node.
    public var node: NodeRights?

    /// Describes a device of which only the name and the management device are given.
    public init(name: DeviceName, managementDevice: String) {
        self.name = name
        self.managementDevice = managementDevice
    }

    /// Writes the members into an object that has begun; larger objects share them so.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("mgmtdev", managementDevice)
        writer.member("mac", ifPresent: mac)
        writer.member("mtu", ifPresent: mtu)
        writer.member("maxQueuePairs", ifPresent: maximumQueuePairs)
        writer.member("features", ifPresent: features)
        writer.member("driver", ifPresent: driver)
        writer.member("node", ifPresent: node)
    }
}

extension DeviceDefinition: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What a device is to be." }

    /// Reads the object, or the members that a larger object shares with it.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "The device's name on the vdpa bus.")
        managementDevice = try members.required(
            "mgmtdev", maximumLength: 256,
            "The management device that creates it: BUS/NAME, or NAME for one without a bus.")
        mac = try members.optional("mac", "A network device's address: unicast, not zero.")
        mtu = try members.optional("mtu", in: 68...65_535, "A network device's MTU, in bytes.")
        maximumQueuePairs = try members.optional(
            "maxQueuePairs", in: 1...32_767, "A network device's queue pairs, at most.")
        features = try members.optional(
            "features",
            "The features that it offers, all that the management device can provide if absent: names, bitN, or masks such as 0x300000000; together they are the set."
        )
        driver = try members.optional("driver", "The driver that it is bound to; what the kernel does if absent.")
        node = try members.optional("node", "Who may open its node; the configuration's default if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }
}
