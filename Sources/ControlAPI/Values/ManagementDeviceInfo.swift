public import DeviceState
public import JSON
public import Virtio

/// A management device: what can create vDPA devices.
public struct ManagementDeviceInfo: Sendable, Hashable {
    /// `BUS/NAME`, or `NAME` for a device without a bus.
    public var name: String
    /// The classes of the devices that it can create.
    public var classes: [DeviceClass]
    /// The most virtqueues of one device.
    public var maximumQueues: UInt32?
    /// The features that can be provisioned.
    public var features: NamedMask?

    /// Describes a management device.
    public init(name: String, classes: [DeviceClass], maximumQueues: UInt32?, features: NamedMask?) {
        self.name = name
        self.classes = classes
        self.maximumQueues = maximumQueues
        self.features = features
    }
}

extension ManagementDeviceInfo: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "ManagementDevice" }
    public static var schemaSummary: StaticString { "A management device: what can create vDPA devices." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "BUS/NAME, or NAME for a device without a bus.")
        classes = try members.required("classes", "The classes of the devices that it can create.")
        maximumQueues = try members.optional("maximumQueues", "The most virtqueues of one device.")
        features = try members.optional("features", "The features that can be provisioned.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("classes", classes)
        writer.member("maximumQueues", ifPresent: maximumQueues)
        writer.member("features", ifPresent: features)
        writer.endObject()
    }
}
