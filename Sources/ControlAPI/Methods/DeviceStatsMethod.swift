public import DeviceState
public import JSON
public import Virtio

/// `device.stats`
public enum DeviceStatsMethod: ControlMethod {
    /// Which device, and which of its queues.
    public struct Params: Sendable, Hashable {
        /// The device.
        public var target: DeviceTarget
        /// The queues; all of them if nil.
        public var queues: [UInt32]?

        /// The parameters of the method.
        public init(target: DeviceTarget, queues: [UInt32]? = nil) {
            self.target = target
            self.queues = queues
        }
    }

    /// What the device's driver counts.
    public struct Result: Sendable, Hashable {
        /// The device.
        public var device: DeviceName
        /// CLOCK_MONOTONIC when the first queue was asked for, in nanoseconds.
        public var readAtNs: UInt64
        /// The features that the device's user has accepted.
        public var negotiatedFeatures: NamedMask?
        /// The queue pairs of a network device, as far as the kernel tells.
        public var maximumQueuePairs: UInt16?
        /// The queues that could be read.
        public var queues: [QueueCounters]
        /// What could not be read, and why.
        public var missing: [DeviceState.MissingPart]

        /// The result of the method.
        public init(
            device: DeviceName, readAtNs: UInt64, negotiatedFeatures: NamedMask? = nil,
            maximumQueuePairs: UInt16? = nil, queues: [QueueCounters], missing: [DeviceState.MissingPart]
        ) {
            self.device = device
            self.readAtNs = readAtNs
            self.negotiatedFeatures = negotiatedFeatures
            self.maximumQueuePairs = maximumQueuePairs
            self.queues = queues
            self.missing = missing
        }
    }

    public static let name = "device.stats"
    public static let summary: StaticString = "Reads what a device's driver counts for each of its queues."
    public static let description: StaticString = """
        The names are the driver's own. Before its features are negotiated a device has no counters: the \
        queues are listed as missing then, which is not the same as zero. Asked for by name, a queue that \
        the device does not have is an error.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .notSupported, .deadlineExceeded, .hostBlocked, .kernelError,
    ]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeviceStatsMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceStatsParams" }
    public static var schemaSummary: StaticString { "Which device, and which of its queues." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceTarget(members: &members)
        queues = try members.optional(
            "queues", maximumCount: ListLimit.elements, "The indexes of the queues; all of them if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("queues", ifPresent: queues)
        writer.endObject()
    }
}

extension DeviceStatsMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceStatsResult" }
    public static var schemaSummary: StaticString { "What the device's driver counts." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        readAtNs = try members.required(
            "readAtNs", "CLOCK_MONOTONIC when the first queue was asked for, in nanoseconds.")
        negotiatedFeatures = try members.optional(
            "negotiatedFeatures", "The features that the driver accepted; absent before FEATURES_OK.")
        maximumQueuePairs = try members.optional(
            "maxQueuePairs", "The queue pairs of a network device; absent where the kernel does not tell.")
        queues = try members.required("queues", "The queues that could be read.")
        missing = try members.required("missing", "What could not be read, and why.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("readAtNs", readAtNs)
        writer.member("negotiatedFeatures", ifPresent: negotiatedFeatures)
        writer.member("maxQueuePairs", ifPresent: maximumQueuePairs)
        writer.member("queues", queues)
        writer.member("missing", missing)
        writer.endObject()
    }
}
