public import JSON
public import Virtio

extension DeviceState {
    /// What the virtio standard defines, as far as it could be read.
    public struct Standard: Sendable, Hashable {
        /// The device status.
        public var status: NamedMask?
        /// What the device offers.
        public var deviceFeatures: NamedMask?
        /// What the driver has accepted.
        public var negotiatedFeatures: NamedMask?
        /// What vhost-vdpa can do with the device.
        public var backendFeatures: NamedMask?
        /// The configuration space.
        public var configuration: Configuration?
        /// Virtqueues, with the control queue.
        public var queueCount: UInt32?
        /// The virtqueues about which something is known.
        public var queues: [Queue]
        /// What the driver has set through the control queue.
        public var controlQueue: ControlQueue?
        /// Virtqueue groups.
        public var groupCount: UInt32?
        /// Address spaces.
        public var addressSpaceCount: UInt32?
        /// The I/O virtual addresses that the device can reach.
        public var iovaRange: AddressRange?

        /// All members as given.
        public init(
            status: NamedMask? = nil, deviceFeatures: NamedMask? = nil, negotiatedFeatures: NamedMask? = nil,
            backendFeatures: NamedMask? = nil, configuration: Configuration? = nil, queueCount: UInt32? = nil,
            queues: [Queue], groupCount: UInt32? = nil, addressSpaceCount: UInt32? = nil,
            iovaRange: AddressRange? = nil,
            controlQueue: ControlQueue? = nil
        ) {
            self.status = status
            self.deviceFeatures = deviceFeatures
            self.negotiatedFeatures = negotiatedFeatures
            self.backendFeatures = backendFeatures
            self.configuration = configuration
            self.queueCount = queueCount
            self.queues = queues
            self.controlQueue = controlQueue
            self.groupCount = groupCount
            self.addressSpaceCount = addressSpaceCount
            self.iovaRange = iovaRange
        }
    }
}

extension DeviceState.Standard: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "What the virtio standard defines, as far as it could be read." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        status = try members.optional("status", "The device status.")
        deviceFeatures = try members.optional("deviceFeatures", "What the device offers.")
        negotiatedFeatures = try members.optional("negotiatedFeatures", "What the driver has accepted.")
        backendFeatures = try members.optional("backendFeatures", "What vhost-vdpa can do with the device.")
        configuration = try members.optional("configuration", "The configuration space.")
        queueCount = try members.optional("queueCount", "Virtqueues, with the control queue.")
        queues = try members.required("queues", "The virtqueues about which something is known.")
        controlQueue = try members.optional(
            "controlQueue", "What the driver has set through the control queue; of a network device only.")
        groupCount = try members.optional("groupCount", "Virtqueue groups.")
        addressSpaceCount = try members.optional("addressSpaceCount", "Address spaces.")
        iovaRange = try members.optional("iovaRange", "The I/O virtual addresses that the device can reach.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("status", ifPresent: status)
        writer.member("deviceFeatures", ifPresent: deviceFeatures)
        writer.member("negotiatedFeatures", ifPresent: negotiatedFeatures)
        writer.member("backendFeatures", ifPresent: backendFeatures)
        writer.member("configuration", ifPresent: configuration)
        writer.member("queueCount", ifPresent: queueCount)
        writer.member("queues", queues)
        writer.member("controlQueue", ifPresent: controlQueue)
        writer.member("groupCount", ifPresent: groupCount)
        writer.member("addressSpaceCount", ifPresent: addressSpaceCount)
        writer.member("iovaRange", ifPresent: iovaRange)
        writer.endObject()
    }
}
