public import JSON

/// `events.unsubscribe`
public enum EventsUnsubscribeMethod: ControlMethod {
    /// Which subscription.
    public struct Params: Sendable, Hashable {
        /// The subscription's number.
        public var subscription: UInt64

        /// The parameters of the method.
        public init(subscription: UInt64) {
            self.subscription = subscription
        }
    }

    /// Where the subscription ended.
    public struct Result: Sendable, Hashable {
        /// The subscription's number.
        public var subscription: UInt64
        /// Where to go on from.
        public var position: EventPosition

        /// The result of the method.
        public init(subscription: UInt64, position: EventPosition) {
            self.subscription = subscription
            self.position = position
        }
    }

    public static let name = "events.unsubscribe"
    public static let summary: StaticString = "Ends a subscription of the same connection."
    public static let description: StaticString = """
        No event of the subscription follows the reply. `position` can be given to events.subscribe as \
        `since`, to be told what happens meanwhile.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = false
}

extension EventsUnsubscribeMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "EventsUnsubscribeParams" }
    public static var schemaSummary: StaticString { "Which subscription." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        subscription = try members.required("subscription", "The subscription's number.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("subscription", subscription)
        writer.endObject()
    }
}

extension EventsUnsubscribeMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "EventsUnsubscribeResult" }
    public static var schemaSummary: StaticString { "Where a subscription ended." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        subscription = try members.required("subscription", "The subscription's number.")
        position = try members.required("position", "Where to go on from.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("subscription", subscription)
        writer.member("position", position)
        writer.endObject()
    }
}
