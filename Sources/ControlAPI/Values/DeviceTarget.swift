public import JSON
public import Virtio

/// A device, and how long the caller waits.
public struct DeviceTarget: Sendable, Hashable {
    /// The device.
    public var device: DeviceName
    /// How long the caller waits, in milliseconds.
    public var deadlineMs: UInt32?

    /// Names a device.
    public init(device: DeviceName, deadlineMs: UInt32? = nil) {
        self.device = device
        self.deadlineMs = deadlineMs
    }

    /// Writes the members into an object that has begun; methods with members of their own share them so.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("device", device)
        writer.member("deadlineMs", ifPresent: deadlineMs)
    }
}

extension DeviceTarget: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A device, and how long the caller waits." }

    /// Reads the object, or the members that a larger object shares with it.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device's name on the vdpa bus.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }
}
