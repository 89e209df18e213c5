public import JSON
public import Virtio

/// Parameters of `device.add`, under its names, that make a device which fits.
public struct CreationParameters: Sendable, Hashable {
    /// The management device.
    public var managementDevice: String
    /// The address.
    public var mac: MACAddress?
    /// Bytes.
    public var mtu: UInt16?
    /// Queue pairs, at most.
    public var maximumQueuePairs: UInt16?
    /// The features that are to be offered; all if nil.
    public var features: [String]?

    /// What the management device makes by itself.
    public init(managementDevice: String) {
        self.managementDevice = managementDevice
    }

    /// Takes over what the other ones say.
    mutating func add(_ other: CreationParameters) {
        mac = other.mac ?? mac
        mtu = other.mtu ?? mtu
        maximumQueuePairs = other.maximumQueuePairs ?? maximumQueuePairs
        features = other.features ?? features
    }
}

extension CreationParameters: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "Parameters of device.add that make a device which fits." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        managementDevice = try members.required("mgmtdev", "The management device.")
        mac = try members.optional("mac", "The address.")
        mtu = try members.optional("mtu", "Bytes.")
        maximumQueuePairs = try members.optional("maxQueuePairs", "Queue pairs, at most.")
        features = try members.optional("features", "The features that are to be offered; all if absent.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mgmtdev", managementDevice)
        writer.member("mac", ifPresent: mac)
        writer.member("mtu", ifPresent: mtu)
        writer.member("maxQueuePairs", ifPresent: maximumQueuePairs)
        writer.member("features", ifPresent: features)
        writer.endObject()
    }
}
