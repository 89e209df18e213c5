public import JSON
public import Virtio

/// What became of one member of a group, and how.
public struct GroupMember: Sendable, Hashable {
    /// One step of a member's path.
    public struct PathStep: Sendable, Hashable {
        /// What happened.
        public var step: GroupStep
        /// CLOCK_MONOTONIC when vdpad learned of it, in nanoseconds.
        public var atNs: UInt64

        /// Describes a step.
        public init(_ step: GroupStep, atNs: UInt64) {
            self.step = step
            self.atNs = atNs
        }
    }

    /// The device.
    public var device: DeviceName
    /// Where it is now.
    public var runState: RunState
    /// True when vdpad's record said before the call that it was suspended.
    public var wasSuspended: Bool
    /// What happened to it, in order.
    public var path: [PathStep]
    /// The kernel call that was asked for; absent when it was not made, has not returned or has failed.
    public var timing: CallTiming?
    /// How long the guest was without the device, until now if it is still stopped.
    public var downtime: DowntimeBounds?
    /// True when a queue may wait until the driver side kicks it again; nil when it was not resumed.
    public var kickNeeded: Bool?
    /// Whether the configuration differs from the snapshot at the suspend; nil when that cannot be told.
    public var configurationChanged: Bool?
    /// Why it is not where the call was to leave it.
    public var error: ControlError?

    /// Describes a member.
    public init(
        device: DeviceName, runState: RunState, wasSuspended: Bool, path: [PathStep], timing: CallTiming? = nil,
        downtime: DowntimeBounds? = nil, kickNeeded: Bool? = nil, configurationChanged: Bool? = nil,
        error: ControlError? = nil
    ) {
        self.device = device
        self.runState = runState
        self.wasSuspended = wasSuspended
        self.path = path
        self.timing = timing
        self.downtime = downtime
        self.kickNeeded = kickNeeded
        self.configurationChanged = configurationChanged
        self.error = error
    }
}

extension GroupMember: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What became of one member of a group, and how." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        runState = try members.required("runState", "Where it is now.")
        wasSuspended = try members.required(
            "wasSuspended", "True when vdpad's record said before the call that it was suspended.")
        path = try members.required("path", "What happened to it, in order.")
        timing = try members.optional(
            "timing",
            "The kernel call that was asked for; absent when it was not made, has not returned or has failed.")
        downtime = try members.optional(
            "downtime", "How long the guest was without the device, until now if it is still stopped.")
        kickNeeded = try members.optional(
            "kickNeeded",
            "True when a queue may wait until the driver side kicks it again; absent when it was not resumed.")
        configurationChanged = try members.optional(
            "configurationChanged",
            "Whether the configuration differs from the snapshot at the suspend; absent when that cannot be told.")
        error = try members.optional("error", "Why it is not where the call was to leave it.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("runState", runState)
        writer.member("wasSuspended", wasSuspended)
        writer.member("path", path)
        writer.member("timing", ifPresent: timing)
        writer.member("downtime", ifPresent: downtime)
        writer.member("kickNeeded", ifPresent: kickNeeded)
        writer.member("configurationChanged", ifPresent: configurationChanged)
        writer.member("error", ifPresent: error)
        writer.endObject()
    }
}

extension GroupMember.PathStep: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "One step of a member's path." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        step = try members.required("step", "What happened.")
        atNs = try members.required("atNs", "CLOCK_MONOTONIC when vdpad learned of it, in nanoseconds.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("step", step)
        writer.member("atNs", atNs)
        writer.endObject()
    }
}
