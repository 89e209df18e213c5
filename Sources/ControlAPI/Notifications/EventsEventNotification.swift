public import JSON

/// `events.event`
public enum EventsEventNotification: ControlNotification {
    /// An event, and for which subscription it is told.
    public struct Params: Sendable, Hashable {
        /// The number that `events.subscribe` answered.
        public var subscription: UInt64
        /// What has happened.
        public var event: Event

        /// The parameters of the notification.
        public init(subscription: UInt64, event: Event) {
            self.subscription = subscription
            self.event = event
        }
    }

    public static let name = "events.event"
    public static let summary: StaticString = "Tells an event to a client that has called events.subscribe."
}

extension EventsEventNotification.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "EventsEventParams" }
    public static var schemaSummary: StaticString {
        "An event, and for which subscription it is told. Which members it has follows from its kind."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        subscription = try members.required("subscription", "The number that events.subscribe answered.")
        event = try Event(members: &members)
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("subscription", subscription)
        event.writeMembers(to: &writer)
        writer.endObject()
    }
}
