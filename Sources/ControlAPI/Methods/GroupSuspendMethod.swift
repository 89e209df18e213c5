public import JSON
public import Virtio

/// `group.suspend`
public enum GroupSuspendMethod: ControlMethod {
    public typealias Result = GroupReport

    /// Which devices to stop together, and what becomes of them if that fails.
    public struct Params: Sendable, Hashable {
        /// The devices, each once.
        public var devices: [DeviceName]
        /// How long the caller waits for all of them together, in milliseconds; limits.defaultDeadlineMs if nil.
        public var deadlineMs: UInt32?
        /// What becomes of those that have stopped when another one has not.
        public var onFailure: GroupFailurePolicy
        /// True: stop also devices that cannot be resumed.
        public var allowIrreversible: Bool
        /// True: leave the devices stopped after a crash of the daemon.
        public var keep: Bool
        /// After how long vdpad resumes the group, in milliseconds, unless the lease is renewed.
        public var holdMs: UInt32?
        /// What vdpad resumes the group at; hold if there is a time.
        public var lease: LeaseKind?
        /// True: make every check up to the ioctl, and stop there.
        public var dryRun: Bool

        /// The parameters of the method.
        public init(
            devices: [DeviceName], deadlineMs: UInt32? = nil, onFailure: GroupFailurePolicy = .rollback,
            allowIrreversible: Bool = false, keep: Bool = false, holdMs: UInt32? = nil, lease: LeaseKind? = nil,
            dryRun: Bool = false
        ) {
            self.devices = devices
            self.deadlineMs = deadlineMs
            self.onFailure = onFailure
            self.allowIrreversible = allowIrreversible
            self.keep = keep
            self.holdMs = holdMs
            self.lease = lease
            self.dryRun = dryRun
        }
    }

    public static let name = "group.suspend"
    public static let summary: StaticString = "Stops several devices together, within a time, or not at all."
    public static let description: StaticString = """
        Makes the checks of device.suspend for every device before the first stop, and refuses if one of \
        them fails. Then all are stopped at the same time, under one deadline. If one fails, exits, \
        vanishes or is late, onFailure decides: with rollback those that have stopped are resumed, the last \
        of the list first, and a late one as soon as its call has returned; with keep they stay stopped. \
        What was suspended or handed back before is left so. No state is read before the last device has stopped. Only \
        a group of which every device has stopped is a result; else there is an error, whose member group \
        says what became of each device. If the daemon dies while the group is under way, it resumes the devices at \
        its next start, unless keep is set. Once the operation is recorded as succeeded, which is just before the \
        reply, they stay stopped, since nobody can tell whether the caller has got it and counts on them: a caller \
        that has lost its connection asks operation.list, repeats the call with its idempotencyKey, or has taken a lease.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .notRunning, .notSupported, .irreversible, .operationInProgress, .deviceFailed, .cancelled,
    ]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let isOperation = true
}

extension GroupSuspendMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "GroupSuspendParams" }
    public static var schemaSummary: StaticString {
        "Which devices to stop together, and what becomes of them if that fails."
    }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.required(
            "devices", maximumCount: ListLimit.elements, "The devices, at least one and each once.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits for all of them together, in milliseconds; limits.defaultDeadlineMs if absent.")
        onFailure = try members.optional(
            "onFailure", default: .rollback, "What becomes of those that have stopped when another one has not.")
        allowIrreversible = try members.optional(
            "allowIrreversible", default: false, "True: stop also devices that cannot be resumed.")
        keep = try members.optional(
            "keep", default: false, "True: leave the devices stopped after a crash of the daemon.")
        holdMs = try members.optional(
            "holdMs", in: 1...86_400_000,
            "After how long vdpad resumes the group, in milliseconds, unless the lease is renewed.")
        lease = try members.optional("lease", "What vdpad resumes the group at; hold if there is a time.")
        dryRun = try members.optional(
            "dryRun", default: false, "True: make every check up to the ioctl, and stop there.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", devices)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.member("onFailure", onFailure)
        writer.member("allowIrreversible", allowIrreversible)
        writer.member("keep", keep)
        writer.member("holdMs", ifPresent: holdMs)
        writer.member("lease", ifPresent: lease)
        writer.member("dryRun", dryRun)
        writer.endObject()
    }
}
