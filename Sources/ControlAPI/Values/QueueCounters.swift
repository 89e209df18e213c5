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

/// What a virtqueue of a network device is for.
public enum QueueUse: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// Packets to the driver.
    case receive
    /// Packets from the driver.
    case transmit
    /// Commands.
    case control

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What a virtqueue of a network device is for." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .receive: "Packets to the driver."
        case .transmit: "Packets from the driver."
        case .control: "Commands."
        }
    }
}

/// A number that a device's driver counts.
public struct Counter: Sendable, Hashable {
    /// Its name, the driver's own.
    public var name: String
    /// Its value.
    public var value: UInt64

    /// Describes a counter.
    public init(name: String, value: UInt64) {
        self.name = name
        self.value = value
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

extension Counter: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A number that a device's driver counts." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "Its name, the driver's own.")
        value = try members.required("value", "Its value.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("value", value)
        writer.endObject()
    }
}
