public import DeviceState
public import JSON
public import Virtio

/// What the owner of a device has to give it so that it goes on where another one stopped.
public struct DeviceProgram: Sendable, Hashable {
    /// One queue.
    public struct Queue: Sendable, Hashable {
        /// Counted from 0.
        public var index: UInt16
        /// The number of descriptors, for VHOST_SET_VRING_NUM.
        public var size: UInt32
        /// The layout of the ring.
        public var format: RingFormat
        /// Where the device begins.
        public var position: RingPosition
        /// The position as VHOST_SET_VRING_BASE takes it.
        public var vringBase: UInt32

        /// A queue that begins at a position.
        public init(index: UInt16, size: UInt32, position: RingPosition) {
            self.index = index
            self.size = size
            self.position = position
            format = position.format
            vringBase = position.vringBase
        }
    }

    /// The features to accept.
    public var features: NamedMask
    /// The backend features that the source offered; nil if the state does not say.
    public var backendFeatures: NamedMask?
    /// The whole configuration space.
    public var configuration: HexadecimalBytes
    /// Every queue.
    public var queues: [Queue]
    /// The calls in the order in which they are to be made.
    public var order: [String]

    /// A program in the order that every kernel takes.
    public init(
        features: NamedMask, backendFeatures: NamedMask?, configuration: HexadecimalBytes, queues: [Queue]
    ) {
        self.features = features
        self.backendFeatures = backendFeatures
        self.configuration = configuration
        self.queues = queues
        order = Self.order
    }

    private static let order = [
        "VHOST_SET_OWNER", "VHOST_VDPA_SET_STATUS 0x3", "VHOST_SET_BACKEND_FEATURES", "VHOST_SET_FEATURES",
        "VHOST_VDPA_SET_STATUS 0xb", "VHOST_VDPA_SET_CONFIG", "VHOST_SET_VRING_NUM", "VHOST_SET_VRING_BASE",
        "VHOST_SET_VRING_ADDR", "VHOST_SET_VRING_KICK", "VHOST_SET_VRING_CALL", "VHOST_VDPA_SET_VRING_ENABLE",
        "VHOST_VDPA_SET_STATUS 0xf",
    ]
}

extension DeviceProgram: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString {
        "What the owner of a device has to give it so that it goes on where another one stopped."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        features = try members.required("features", "The features to accept, these and no others.")
        backendFeatures = try members.optional(
            "backendFeatures", "The backend features that the source offered: to accept as far as they are offered.")
        configuration = try members.required(
            "configuration", "The configuration space; the bytes that differ are to be written, and read back.")
        queues = try members.required("queues", "Every queue.")
        order = try members.required(
            "order", "The calls in their order; those of a queue for one queue after the other.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("features", features)
        writer.member("backendFeatures", ifPresent: backendFeatures)
        writer.member("configuration", configuration)
        writer.member("queues", queues)
        writer.member("order", order)
        writer.endObject()
    }
}

extension DeviceProgram.Queue: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceProgramQueue" }
    public static var schemaSummary: StaticString { "What one queue has to be given." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        index = try members.required("index", "Counted from 0.")
        size = try members.required("size", "The number of descriptors, for VHOST_SET_VRING_NUM.")
        format = try members.required("format", "The layout of the ring.")
        position = try members.required("position", "Where the device begins.")
        vringBase = try members.required("vringBase", "The position as VHOST_SET_VRING_BASE takes it.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", index)
        writer.member("size", size)
        writer.member("format", format)
        writer.member("position", position)
        writer.member("vringBase", vringBase)
        writer.endObject()
    }
}
