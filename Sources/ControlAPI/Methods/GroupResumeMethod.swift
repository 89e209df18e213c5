public import JSON
public import Virtio

/// `group.resume`
public enum GroupResumeMethod: ControlMethod {
    public typealias Result = GroupReport

    /// Which devices to resume.
    public struct Params: Sendable, Hashable {
        /// The devices, each once; nil where an operation names them.
        public var devices: [DeviceName]?
        /// The operation that stopped them.
        public var operation: String?
        /// How long the caller waits for all of them together, in milliseconds; limits.defaultDeadlineMs if nil.
        public var deadlineMs: UInt32?
        /// True: make every check up to the ioctl, and stop there.
        public var dryRun: Bool

        /// The parameters of the method.
        public init(
            devices: [DeviceName]? = nil, operation: String? = nil, deadlineMs: UInt32? = nil, dryRun: Bool = false
        ) {
            self.devices = devices
            self.operation = operation
            self.deadlineMs = deadlineMs
            self.dryRun = dryRun
        }
    }

    public static let name = "group.resume"
    public static let summary: StaticString = "Lets several stopped devices go on together."
    public static let description: StaticString = """
        The devices are named, or are those that the operation of a group.suspend has stopped. Each is \
        resumed as soon as its own checks have passed, all at the same time, and none waits for another \
        one; nothing is taken back. What has not been begun by the deadline is not begun; a call that is \
        late goes on. Only a group of which every device goes on is a result; else there is an error, whose \
        member group says what became of each device. If the daemon dies before it has replied, it resumes \
        the devices at its next start.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .notRunning, .notSupported, .operationInProgress, .deviceFailed,
    ]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let isOperation = true
}

extension GroupResumeMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "GroupResumeParams" }
    public static var schemaSummary: StaticString { "Which devices to resume." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements,
            "The devices, at least one and each once; absent where an operation names them.")
        operation = try members.optional("operation", "The operation of the group.suspend that stopped them.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits for all of them together, in milliseconds; limits.defaultDeadlineMs if absent.")
        dryRun = try members.optional(
            "dryRun", default: false, "True: make every check up to the ioctl, and stop there.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", ifPresent: devices)
        writer.member("operation", ifPresent: operation)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.member("dryRun", dryRun)
        writer.endObject()
    }
}
