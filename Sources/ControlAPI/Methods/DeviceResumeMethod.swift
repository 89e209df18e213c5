public import JSON

/// `device.resume`
public enum DeviceResumeMethod: ControlMethod {
    /// Which device to resume.
    public struct Params: Sendable, Hashable {
        /// The device, and how to come to it.
        public var target: DeviceParams
        /// True: make every check up to the ioctl, and stop there.
        public var dryRun: Bool

        /// The parameters of the method.
        public init(target: DeviceParams, dryRun: Bool = false) {
            self.target = target
            self.dryRun = dryRun
        }
    }

    /// What was done.
    public struct Result: Sendable, Hashable {
        /// Where the device is.
        public var state: DeviceControlState
        /// True when vdpad's record said that it was suspended.
        public var wasSuspended: Bool
        /// True when nothing was called.
        public var dryRun: Bool
        /// When the kernel call was made; absent for a dry run.
        public var timing: CallTiming?
        /// How long the guest was without the device, if vdpad had stopped it.
        public var downtime: DowntimeBounds?
        /// True when a queue may wait until the driver side kicks it again.
        public var kickNeeded: Bool
        /// Whether the configuration differs from the snapshot at the suspend; absent when that cannot be told.
        public var configurationChanged: Bool?

        /// The result of the method.
        public init(
            state: DeviceControlState, wasSuspended: Bool, dryRun: Bool, timing: CallTiming? = nil,
            downtime: DowntimeBounds? = nil, kickNeeded: Bool, configurationChanged: Bool? = nil
        ) {
            self.state = state
            self.wasSuspended = wasSuspended
            self.dryRun = dryRun
            self.timing = timing
            self.downtime = downtime
            self.kickNeeded = kickNeeded
            self.configurationChanged = configurationChanged
        }
    }

    public static let name = "device.resume"
    public static let summary: StaticString = "Lets a stopped device go on."
    public static let description: StaticString = """
        The configuration is compared with the snapshot that the suspend took. Only the driver side can \
        kick: where kickNeeded is true a queue may wait until the VMM kicks it. If the daemon dies \
        before it has replied, it resumes the device at its next start.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .notRunning, .notSupported, .operationInProgress, .deviceFailed,
    ]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let isOperation = true
    public static let maximumDescriptors = 1
}

extension DeviceResumeMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceResumeParams" }
    public static var schemaSummary: StaticString { "Which device to resume." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceParams(members: &members)
        dryRun = try members.optional(
            "dryRun", default: false, "True: make every check up to the ioctl, and stop there.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("dryRun", dryRun)
        writer.endObject()
    }
}

extension DeviceResumeMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceResumeResult" }
    public static var schemaSummary: StaticString { "What was done." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        wasSuspended = try members.required("wasSuspended", "True when vdpad's record said that it was suspended.")
        dryRun = try members.required("dryRun", "True when nothing was called.")
        timing = try members.optional("timing", "When the kernel call was made; absent for a dry run.")
        downtime = try members.optional(
            "downtime", "How long the guest was without the device, if vdpad had stopped it.")
        kickNeeded = try members.required(
            "kickNeeded", "True when a queue may wait until the driver side kicks it again.")
        configurationChanged = try members.optional(
            "configurationChanged",
            "Whether the configuration differs from the snapshot at the suspend; absent when that cannot be told.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("wasSuspended", wasSuspended)
        writer.member("dryRun", dryRun)
        writer.member("timing", ifPresent: timing)
        writer.member("downtime", ifPresent: downtime)
        writer.member("kickNeeded", kickNeeded)
        writer.member("configurationChanged", ifPresent: configurationChanged)
        writer.endObject()
    }
}
