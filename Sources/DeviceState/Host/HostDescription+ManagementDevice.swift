public import JSON
public import Virtio

extension HostDescription {
    /// What can create devices.
    public struct ManagementDevice: Sendable, Hashable {
        /// `BUS/NAME`, or `NAME` for a device without a bus.
        public var name: String
        /// The classes of the devices that it can create.
        public var classes: [DeviceClass]
        /// The most virtqueues of one device; nil where the kernel does not say.
        public var maximumQueues: UInt32?
        /// The features that can be provisioned; nil where the kernel does not say.
        public var features: NamedMask?
        /// What may be chosen when a device is created.
        public var settable: [CreationAttribute]

        /// All members as given, and what may be chosen as far as they tell.
        public init(name: String, classes: [DeviceClass], maximumQueues: UInt32?, features: Features?) {
            self.name = name
            self.classes = classes
            self.maximumQueues = maximumQueues
            self.features = features.map { NamedMask($0, for: classes.count == 1 ? classes.first : nil) }
            settable = CreationAttribute.conceivable(for: classes, features: features)
        }
    }
}

extension HostDescription.ManagementDevice: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "What can create devices." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "BUS/NAME, or NAME for a device without a bus.")
        classes = try members.required("classes", "The classes of the devices that it can create.")
        maximumQueues = try members.optional(
            "maximumQueues", "The most virtqueues of one device; absent where the kernel does not say.")
        features = try members.optional(
            "features", "The features that can be provisioned; absent where the kernel does not say.")
        settable = try members.required(
            "settable",
            "What may be chosen by device.add; which of it the driver takes, the kernel tells only at the creation.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("classes", classes)
        writer.member("maximumQueues", ifPresent: maximumQueues)
        writer.member("features", ifPresent: features)
        writer.member("settable", settable)
        writer.endObject()
    }
}
