public import JSON
public import Virtio

/// Which events are told. What is not said is not filtered.
public struct EventFilter: Sendable, Hashable {
    /// Only events of these devices.
    public var devices: [DeviceName]?
    /// Only events of these kinds.
    public var kinds: [EventKind]?

    /// A filter.
    public init(devices: [DeviceName]? = nil, kinds: [EventKind]? = nil) {
        self.devices = devices
        self.kinds = kinds
    }
}

extension EventFilter: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Which events are told; `overflow` always is." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements,
            "Only events of these devices, which need not be there; else all.")
        kinds = try members.optional(
            "kinds", maximumCount: ListLimit.elements, "Only events of these kinds; all if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", ifPresent: devices)
        writer.member("kinds", ifPresent: kinds)
        writer.endObject()
    }
}
