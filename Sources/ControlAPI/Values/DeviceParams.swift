public import JSON
public import Virtio

/// The parameters of a method that looks at one device.
public struct DeviceParams: Sendable, Hashable {
    /// The device.
    public var device: DeviceName
    /// How long the caller waits, in milliseconds.
    public var deadlineMs: UInt32?
    /// The process that holds the device.
    public var holder: HolderSelector?

    /// Names a device.
    public init(device: DeviceName, deadlineMs: UInt32? = nil, holder: HolderSelector? = nil) {
        self.device = device
        self.deadlineMs = deadlineMs
        self.holder = holder
    }

    /// Writes the members into an object that has begun; methods with members of their own share them so.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("device", device)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.member("holder", ifPresent: holder)
    }
}

extension DeviceParams: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "A device, and how to come to it." }

    /// Reads the object, or the members that a larger object shares with it.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device's name on the vdpa bus.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
        holder = try members.optional(
            "holder",
            "The process that holds the device; without it vdpad searches. A descriptor may be passed instead.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }
}
