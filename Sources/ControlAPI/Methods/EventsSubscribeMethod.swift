public import JSON

/// `events.subscribe`
public enum EventsSubscribeMethod: ControlMethod {
    /// What to tell, and from where on.
    public struct Params: Sendable, Hashable {
        /// Which events.
        public var filter: EventFilter
        /// Behind which event to begin; now if nil.
        public var since: EventPosition?

        /// The parameters of the method.
        public init(filter: EventFilter = EventFilter(), since: EventPosition? = nil) {
            self.filter = filter
            self.since = since
        }
    }

    /// How everything is at an event, after which the next ones are told.
    public struct Result: Sendable, Hashable {
        /// The subscription's number on its connection's daemon.
        public var subscription: UInt64
        /// The run of the daemon.
        public var instance: String
        /// The last event that `devices` and `problems` include.
        public var sequence: UInt64
        /// The devices on the bus that the filter names.
        public var devices: [DeviceInfo]
        /// What is wrong now.
        public var problems: [HealthProblem]

        /// The result of the method.
        public init(
            subscription: UInt64, instance: String, sequence: UInt64, devices: [DeviceInfo], problems: [HealthProblem]
        ) {
            self.subscription = subscription
            self.instance = instance
            self.sequence = sequence
            self.devices = devices
            self.problems = problems
        }
    }

    public static let name = "events.subscribe"
    public static let summary: StaticString = "Tells from now on what happens, by notifications events.event."
    public static let description: StaticString = """
        The result is how everything that the caller may look at is at the event `sequence`; every later one that matches is told on this \
        connection, in order and without a gap, after the reply, which for a call in a batch is that of the batch. \
        Otherwise an event precedes the reply of the call that caused it. The last 4096 events are kept, for clients \
        that read slowly or come back: with `since` those behind that event are told first. What has been lost is told by an event `overflow`, \
        the first one if another run of the daemon counted `since`. Status and configuration of a device are \
        compared when a call reads them: nothing announces their changes. A subscription ends with its \
        connection; one may have 16.
        """
    public static let errors: [ErrorCode] = [.limitExceeded]
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = false
    /// How many subscriptions a connection may have.
    public static let maximumSubscriptions = 16
}

extension EventsSubscribeMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "EventsSubscribeParams" }
    public static var schemaSummary: StaticString { "What to tell, and from where on." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        filter = try members.optional("filter", "Which events; all if absent.") ?? EventFilter()
        since = try members.optional("since", "Behind which event to begin; now if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("filter", filter)
        writer.member("since", ifPresent: since)
        writer.endObject()
    }
}

extension EventsSubscribeMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "EventsSubscribeResult" }
    public static var schemaSummary: StaticString { "How everything is at an event." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        subscription = try members.required("subscription", "The subscription's number.")
        instance = try members.required("instance", "The run of the daemon, which numbers its events from 1.")
        sequence = try members.required("sequence", "The last event that `devices` and `problems` include.")
        devices = try members.required("devices", "The devices on the bus that the filter names, all without one.")
        problems = try members.required("problems", "What is wrong now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("subscription", subscription)
        writer.member("instance", instance)
        writer.member("sequence", sequence)
        writer.member("devices", devices)
        writer.member("problems", problems)
        writer.endObject()
    }
}
