public import DeviceState
public import JSON

/// `device.suspend`
public enum DeviceSuspendMethod: ControlMethod {
    /// Which device to stop, and how.
    public struct Params: Sendable, Hashable {
        /// The device, and how to come to it.
        public var target: DeviceParams
        /// How to stop it; if absent, how it was stopped before, else ioctl. reset is refused: that is device.reset.
        public var mechanism: Mechanism?
        /// True: stop also a device that cannot be resumed.
        public var allowIrreversible: Bool
        /// True: leave the device stopped if the stop is confirmed only after the deadline or after a crash.
        public var keep: Bool
        /// After how long vdpad resumes the device, in milliseconds, unless the lease is renewed.
        public var holdMs: UInt32?
        /// What vdpad resumes the device at; hold if there is a time.
        public var lease: LeaseKind?
        /// The operation whose lease is renewed.
        public var operation: String?
        /// True: make every check up to the ioctl, and stop there.
        public var dryRun: Bool

        /// The parameters of the method.
        public init(
            target: DeviceParams, mechanism: Mechanism? = nil, allowIrreversible: Bool = false, keep: Bool = false,
            holdMs: UInt32? = nil, lease: LeaseKind? = nil, operation: String? = nil, dryRun: Bool = false
        ) {
            self.target = target
            self.mechanism = mechanism
            self.allowIrreversible = allowIrreversible
            self.keep = keep
            self.holdMs = holdMs
            self.lease = lease
            self.operation = operation
            self.dryRun = dryRun
        }
    }

    /// What was done.
    public struct Result: Sendable, Hashable {
        /// Where the device is.
        public var state: DeviceControlState
        /// How the device was stopped.
        public var mechanism: Mechanism
        /// True when vdpad's record said that it was suspended already; the ioctl was issued again.
        public var wasSuspended: Bool
        /// True when nothing was called.
        public var dryRun: Bool
        /// When the kernel call was made; absent for a dry run.
        public var timing: CallTiming?
        /// SHA-256 of the configuration space at the stop; absent when it could not be read.
        public var configurationDigest: SHA256Digest?
        /// The operation, by which the lease is renewed; absent for a dry run.
        public var operation: String?
        /// When vdpad resumes the device; absent for a stop without an end.
        public var lease: Lease?

        /// The result of the method.
        public init(
            state: DeviceControlState, mechanism: Mechanism, wasSuspended: Bool, dryRun: Bool,
            timing: CallTiming? = nil, configurationDigest: SHA256Digest? = nil, operation: String? = nil,
            lease: Lease? = nil
        ) {
            self.state = state
            self.mechanism = mechanism
            self.wasSuspended = wasSuspended
            self.dryRun = dryRun
            self.timing = timing
            self.configurationDigest = configurationDigest
            self.operation = operation
            self.lease = lease
        }
    }

    public static let name = "device.suspend"
    public static let summary: StaticString = "Stops a running device."
    public static let description: StaticString = """
        Checks in this order: DRIVER_OK, the backend's SUSPEND and RESUME bits. The intent is on disk \
        before the ioctl. By a status bit the device is told to stop and its status read until it shows \
        that it has, by the deadline at the latest; it needs feature 43 negotiated, or the device declared \
        in the daemon's configuration (stopBitDevices). What resumes the device later, a lease included, \
        uses the same mechanism. With holdMs or a lease the device is resumed when that is over, whatever has \
        become of the client, also by a daemon that starts later; a call that names the operation renews \
        holdMs. A device that is believed to be suspended gets the ioctl again, because the \
        kernel has no query. If the call has not returned by the deadline it goes on, and the device is \
        resumed as soon as it returns unless keep is set. After the reply no request completes until a \
        resume. If the daemon dies while the call is under way, it resumes the device at its next start.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .notRunning, .notSupported, .irreversible, .operationInProgress, .deviceFailed,
    ]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let isOperation = true
    public static let maximumDescriptors = 1
}

extension DeviceSuspendMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceSuspendParams" }
    public static var schemaSummary: StaticString { "Which device to stop, and how." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceParams(members: &members)
        mechanism = try members.optional(
            "mechanism",
            "How to stop it; if absent, how it was stopped before, else ioctl. reset is refused: that is device.reset."
        )
        allowIrreversible = try members.optional(
            "allowIrreversible", default: false, "True: stop also a device that cannot be resumed.")
        keep = try members.optional(
            "keep", default: false,
            "True: leave the device stopped if the stop is confirmed only after the deadline or after a crash.")
        holdMs = try members.optional(
            "holdMs", in: 1...86_400_000,
            "After how long vdpad resumes the device, in milliseconds, unless the lease is renewed.")
        lease = try members.optional("lease", "What vdpad resumes the device at; hold if there is a time.")
        operation = try members.optional("operation", "The operation whose lease is renewed.")
        dryRun = try members.optional(
            "dryRun", default: false, "True: make every check up to the ioctl, and stop there.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("mechanism", ifPresent: mechanism)
        writer.member("allowIrreversible", allowIrreversible)
        writer.member("keep", keep)
        writer.member("holdMs", ifPresent: holdMs)
        writer.member("lease", ifPresent: lease)
        writer.member("operation", ifPresent: operation)
        writer.member("dryRun", dryRun)
        writer.endObject()
    }
}

extension DeviceSuspendMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceSuspendResult" }
    public static var schemaSummary: StaticString { "What was done." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        mechanism = try members.required("mechanism", "How the device was stopped.")
        wasSuspended = try members.required(
            "wasSuspended", "True when vdpad's record said that it was suspended already; the ioctl was issued again.")
        dryRun = try members.required("dryRun", "True when nothing was called.")
        timing = try members.optional("timing", "When the kernel call was made; absent for a dry run.")
        configurationDigest = try members.optional(
            "configurationDigest", "SHA-256 of the configuration space at the stop; absent when it could not be read.")
        operation = try members.optional(
            "operation", "The operation, by which the lease is renewed; absent for a dry run.")
        lease = try members.optional(
            "lease", "When vdpad resumes the device; absent for a stop without an end.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("mechanism", mechanism)
        writer.member("wasSuspended", wasSuspended)
        writer.member("dryRun", dryRun)
        writer.member("timing", ifPresent: timing)
        writer.member("configurationDigest", ifPresent: configurationDigest)
        writer.member("operation", ifPresent: operation)
        writer.member("lease", ifPresent: lease)
        writer.endObject()
    }
}
