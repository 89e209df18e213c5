public import DeviceState
public import JSON
public import Virtio

/// What every call that controls a device answers: where the device is now, and how far that is known.
public struct DeviceControlState: Sendable, Hashable {
    /// The device.
    public var device: DeviceName
    /// vdpad's record.
    public var runState: RunState
    /// False when the record may be wrong without any event: another process holds the device and can act.
    public var vouched: Bool
    /// When the record was last confirmed by the kernel, as RFC 3339 in UTC.
    public var assertedAt: String?
    /// The status byte as the device has it; nil when the access does not allow to read it.
    public var status: NamedMask?
    /// The status byte as the guest should see it: stop bits masked.
    public var driverStatus: NamedMask?
    /// What vdpad can do to the device now.
    public var access: Access
    /// When the values were read, if not just now: a call to the device has not returned.
    public var asOf: String?
    /// What the caller should know although the call succeeded.
    public var warnings: [String]

    /// Describes where a device is.
    public init(
        device: DeviceName, runState: RunState, vouched: Bool, assertedAt: String? = nil, status: NamedMask? = nil,
        driverStatus: NamedMask? = nil, access: Access, asOf: String? = nil, warnings: [String] = []
    ) {
        self.device = device
        self.runState = runState
        self.vouched = vouched
        self.assertedAt = assertedAt
        self.status = status
        self.driverStatus = driverStatus
        self.access = access
        self.asOf = asOf
        self.warnings = warnings
    }

    /// Writes the members into an object that has begun; results that add members of their own share them so.
    func writeMembers(to writer: inout JSONWriter) {
        writer.member("device", device)
        writer.member("runState", runState)
        writer.member("vouched", vouched)
        writer.member("assertedAt", ifPresent: assertedAt)
        writer.member("status", JSONNullable(status))
        writer.member("driverStatus", JSONNullable(driverStatus))
        writer.member("access", access)
        writer.member("asOf", ifPresent: asOf)
        writer.member("warnings", warnings)
    }
}

extension DeviceControlState: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "Where a device is, and how far that is known." }

    /// Reads the object, or the members that a larger object shares with it.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        runState = try members.required("runState", "vdpad's record of whether the device runs.")
        vouched = try members.required(
            "vouched", "False when another process holds the device and may have acted since the record was made.")
        let assertedAt: TimeText? = try members.optional("assertedAt", "When the kernel last confirmed the record.")
        self.assertedAt = assertedAt?.string
        let status: JSONNullable<NamedMask> = try members.required(
            "status", "The status byte as the device has it; null when it cannot be read.")
        self.status = status.value
        let driverStatus: JSONNullable<NamedMask> = try members.required(
            "driverStatus", "The status byte as the guest should see it: stop bits masked.")
        self.driverStatus = driverStatus.value
        access = try members.required("access", "What vdpad can do to the device now.")
        let asOf: TimeText? = try members.optional(
            "asOf", "When the values were read, if not just now because a call to the device has not returned.")
        self.asOf = asOf?.string
        warnings = try members.required("warnings", "What the caller should know although the call succeeded.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writeMembers(to: &writer)
        writer.endObject()
    }
}
