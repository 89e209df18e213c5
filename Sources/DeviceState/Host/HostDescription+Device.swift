public import JSON
public import Virtio

extension HostDescription {
    /// What is known of a device without opening it, and what was read while somebody had it open.
    public struct Device: Sendable, Hashable {
        /// The name on the vdpa bus.
        public var name: DeviceName
        /// The class.
        public var deviceClass: DeviceClass?
        /// The virtio vendor id.
        public var vendorId: UInt32?
        /// The management device that created it.
        public var managementDevice: String?
        /// Whether somebody has it open.
        public var isHeld: Bool?
        /// What it offers.
        public var features: NamedMask?
        /// What vhost-vdpa can do with it.
        public var backendFeatures: NamedMask?
        /// The configuration space, as far as it is known.
        public var configuration: Configuration?
        /// Virtqueues, with the control queue.
        public var queueCount: UInt32?
        /// The largest ring.
        public var maximumQueueSize: UInt32?
        /// The smallest ring.
        public var minimumQueueSize: UInt32?
        /// Virtqueue groups.
        public var groupCount: UInt32?
        /// Address spaces.
        public var addressSpaceCount: UInt32?
        /// The I/O virtual addresses that it can reach.
        public var iovaRange: AddressRange?
        /// What is not known, and why.
        public var missing: [DeviceState.MissingPart]

        /// A device of which only the name is known.
        public init(name: DeviceName) {
            self.name = name
            missing = []
        }

        /// The ring formats that its features allow; nil when those are not known.
        public var ringFormats: [RingFormat]? {
            features.map { Features($0).contains(.ringPacked) ? [.split, .packed] : [.split] }
        }
    }
}

extension HostDescription.Device: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "What is known of a device; what is not, is listed as missing." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        self.init(name: try members.required("name", "The name on the vdpa bus."))
        deviceClass = try members.optional("class", "The class.")
        vendorId = try members.optional("vendorId", "The virtio vendor id.")
        managementDevice = try members.optional("managementDevice", "The management device that created it.")
        isHeld = try members.optional("held", "Whether somebody has it open.")
        features = try members.optional("features", "What it offers.")
        backendFeatures = try members.optional("backendFeatures", "What vhost-vdpa can do with it.")
        configuration = try members.optional("configuration", "The configuration space, as far as it is known.")
        queueCount = try members.optional("queueCount", "Virtqueues, with the control queue.")
        maximumQueueSize = try members.optional("maximumQueueSize", "The largest ring.")
        minimumQueueSize = try members.optional("minimumQueueSize", "The smallest ring.")
        groupCount = try members.optional("groupCount", "Virtqueue groups.")
        addressSpaceCount = try members.optional("addressSpaceCount", "Address spaces.")
        iovaRange = try members.optional("iovaRange", "The I/O virtual addresses that it can reach.")
        let _: [RingFormat]? = try members.optional("ringFormats", "The layouts of rings that its features allow.")
        missing = try members.required("missing", "What is not known, and why.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("class", ifPresent: deviceClass)
        writer.member("vendorId", ifPresent: vendorId)
        writer.member("managementDevice", ifPresent: managementDevice)
        writer.member("held", ifPresent: isHeld)
        writer.member("features", ifPresent: features)
        writer.member("backendFeatures", ifPresent: backendFeatures)
        writer.member("configuration", ifPresent: configuration)
        writer.member("queueCount", ifPresent: queueCount)
        writer.member("maximumQueueSize", ifPresent: maximumQueueSize)
        writer.member("minimumQueueSize", ifPresent: minimumQueueSize)
        writer.member("groupCount", ifPresent: groupCount)
        writer.member("addressSpaceCount", ifPresent: addressSpaceCount)
        writer.member("iovaRange", ifPresent: iovaRange)
        writer.member("ringFormats", ifPresent: ringFormats)
        writer.member("missing", missing)
        writer.endObject()
    }
}
