public import JSON

extension DeviceState {
    /// What an agent has read from its VMM, the only one that can read the rings of a device that it owns.
    public struct SuppliedParts: Sendable, Hashable {
        /// Where the parts come from, in the agent's words.
        public var source: String
        /// Queues, with the members that the agent knows.
        public var queues: [Queue]
        /// What the driver has set through the control queue.
        public var controlQueue: ControlQueue?

        /// All members as given.
        public init(source: String, queues: [Queue] = [], controlQueue: ControlQueue? = nil) {
            self.source = source
            self.queues = queues
            self.controlQueue = controlQueue
        }
    }
}

extension DeviceState.SuppliedParts: JSONObjectReadable, JSONWritable {
    /// For the documentation.
    public static var schemaSummary: StaticString { "What an agent has read from the VMM that owns the device." }

    /// Reads the members.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        source = try members.required(
            "source", maximumLength: 256, "Where the parts come from, such as QEMU 10.0 x-query-virtio-queue-status.")
        queues = try members.optional("queues", default: [], "Queues, with the members that are known.")
        controlQueue = try members.optional(
            "controlQueue", "What the driver has set through the control queue; of a network device only.")
    }

    /// Writes the members.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("source", source)
        writer.member("queues", queues)
        writer.member("controlQueue", ifPresent: controlQueue)
        writer.endObject()
    }
}
