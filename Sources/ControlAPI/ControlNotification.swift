public import JSON

/// One notification of the control API: its name and what it tells.
public protocol ControlNotification: Sendable {
    /// The parameters: always an object, whose unknown members clients ignore.
    associatedtype Params: JSONObjectReadable & JSONWritable & Sendable

    /// The name on the wire: `object.event`.
    static var name: String { get }

    /// What it tells, in one line.
    static var summary: StaticString { get }
}

/// The notifications that the daemon sends.
public enum ControlNotifications {
    /// Every notification.
    public static let all: [any ControlNotification.Type] = [EventsEventNotification.self]
}
