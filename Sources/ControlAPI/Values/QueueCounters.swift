public import JSON

/// What a device's driver counts for one virtqueue, under names of the driver's own.
public struct QueueCounters: Sendable, Hashable {
    /// The queue.
    public var index: UInt32
    /// What the queue is for, as the negotiated features have it; nil where that is not known.
    public var use: QueueUse?
    /// The counters, in the driver's order.
    public var counters: [Counter]

    /// Describes a queue.
    public init(index: UInt32, use: QueueUse?, counters: [Counter]) {
        self.index = index
        self.use = use
        self.counters = counters
    }
}

extension QueueCounters: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What a device's driver counts for one virtqueue." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        index = try members.required("index", "The queue.")
        use = try members.optional("use", "What the queue is for; absent where that is not known.")
        counters = try members.required("counters", "The counters, in the driver's order.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("index", index)
        writer.member("use", ifPresent: use)
        writer.member("counters", counters)
        writer.endObject()
    }
}
