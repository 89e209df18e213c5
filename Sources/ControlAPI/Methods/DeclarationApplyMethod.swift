public import JSON
public import Virtio

/// `declaration.apply`
public enum DeclarationApplyMethod: ControlMethod {
    /// What to apply, and how far to go.
    public struct Params: Sendable, Hashable {
        /// The devices; all that are declared if nil.
        public var devices: [DeviceName]?
        /// True: say what would be done.
        public var dryRun: Bool
        /// True: make a device anew when something cannot be changed otherwise.
        public var recreate: Bool
        /// True: also change the address of a device that somebody holds, and take devices from the host's own drivers.
        public var confirm: Bool
        /// How long the caller waits, in milliseconds; limits.defaultDeadlineMs if nil.
        public var deadlineMs: UInt32?

        /// The parameters of the method.
        public init(
            devices: [DeviceName]? = nil, dryRun: Bool = false, recreate: Bool = false, confirm: Bool = false,
            deadlineMs: UInt32? = nil
        ) {
            self.devices = devices
            self.dryRun = dryRun
            self.recreate = recreate
            self.confirm = confirm
            self.deadlineMs = deadlineMs
        }
    }

    /// What was done.
    public struct Result: Sendable, Hashable {
        /// The steps, in their order; none when everything is as declared.
        public var actions: [DeclarationAction]
        /// True: nothing was done.
        public var dryRun: Bool
        /// What is wrong with the declarations.
        public var problems: [DeclarationProblem]

        /// The result of the method.
        public init(actions: [DeclarationAction], dryRun: Bool, problems: [DeclarationProblem]) {
            self.actions = actions
            self.dryRun = dryRun
            self.problems = problems
        }
    }

    public static let name = "declaration.apply"
    public static let summary: StaticString = "Makes the running host what is declared."
    public static let description: StaticString = """
        Works through the declarations in their order. Everything is checked before the first step, which \
        includes that nobody holds a device that is to be made anew. If a step fails, those before it are \
        taken back in reverse order; the error then has actions, which say what became of each step. What \
        cannot be changed in place (mgmtdev, mtu, maxQueuePairs, features) needs recreate, and is refused \
        without it. A declared value that cannot be compared is left alone. No device is deleted because it \
        is not declared. A daemon that dies in between leaves the steps that were done; calling again goes on.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .managementDeviceNotFound, .alreadyExists, .deviceBusy, .notSupported, .deadlineExceeded,
        .operationInProgress, .hostBlocked, .deviceGone, .kernelError, .verificationFailed,
    ]
    public static let role = Role.admin
    public static let isIdempotent = true
    public static let isOperation = true
}

extension DeclarationApplyMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationApplyParams" }
    public static var schemaSummary: StaticString { "What to apply, and how far to go." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.optional(
            "devices", maximumCount: ListLimit.elements, "The devices; all that are declared if absent.")
        dryRun = try members.optional("dryRun", default: false, "True: only say what would be done.")
        recreate = try members.optional(
            "recreate", default: false,
            "True: delete a device and make it anew when something cannot be changed otherwise.")
        confirm = try members.optional(
            "confirm", default: false,
            "True: also change the address of a device that somebody holds, and take devices from the host's own virtio drivers."
        )
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", ifPresent: devices)
        writer.member("dryRun", dryRun)
        writer.member("recreate", recreate)
        writer.member("confirm", confirm)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}

extension DeclarationApplyMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeclarationApplyResult" }
    public static var schemaSummary: StaticString { "What was done to make the running host what is declared." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        actions = try members.required(
            "actions", "The steps, in their order; none when everything is as declared.")
        dryRun = try members.required("dryRun", "True: nothing was done.")
        problems = try members.required(
            "problems", "What is wrong with the declarations, and what of them cannot be compared.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("actions", actions)
        writer.member("dryRun", dryRun)
        writer.member("problems", problems)
        writer.endObject()
    }
}
