public import DeviceState
public import JSON
public import Virtio

/// `state.restore`
public enum StateRestoreMethod: ControlMethod {
    /// A state, and what is to be done with it.
    public struct Params: Sendable, Hashable {
        /// The device's name on the vdpa bus.
        public var device: DeviceName
        /// The state document; verified by the method, since later revisions may have more members.
        ///
        /// Nil in mode rewind only.
        public var state: JSONValue?
        /// What is done with it.
        public var mode: RestoreMode
        /// The queues and their new positions; mode rewind only, else empty.
        public var queues: [QueueRewind]
        /// Set DRIVER_OK; mode owner only.
        public var start: Bool
        /// What makes the device; nil for one that is there. Mode handOver only.
        public var provision: RestoreProvision?
        /// Make every check that needs no open device and stop there.
        public var dryRun: Bool
        /// How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        public var deadlineMs: UInt32?

        /// The parameters of the method.
        public init(
            device: DeviceName, state: JSONValue?, mode: RestoreMode, queues: [QueueRewind] = [], start: Bool = false,
            provision: RestoreProvision? = nil, dryRun: Bool = false, deadlineMs: UInt32? = nil
        ) {
            self.device = device
            self.state = state
            self.mode = mode
            self.queues = queues
            self.start = start
            self.provision = provision
            self.dryRun = dryRun
            self.deadlineMs = deadlineMs
        }
    }

    /// What became of the state, and where the device is.
    public struct Result: Sendable, Hashable {
        /// Where the device is.
        public var state: DeviceControlState
        /// What was done with the state.
        public var mode: RestoreMode
        /// True when nothing was done to the device.
        public var dryRun: Bool
        /// False when a preflight has found a field that the device does not take.
        public var fits: Bool
        /// What became of each field that was tried, in order.
        public var fields: [RestoredFieldInfo]
        /// What the caller has to give the device, in mode handOver.
        public var program: DeviceProgram?
        /// What the device was created with, or would be; nil for one that was there.
        public var provisioned: CreationParameters?

        /// The result of the method.
        public init(
            state: DeviceControlState, mode: RestoreMode, dryRun: Bool, fields: [RestoredFieldInfo],
            program: DeviceProgram? = nil, provisioned: CreationParameters? = nil
        ) {
            self.state = state
            self.mode = mode
            self.dryRun = dryRun
            self.fields = fields
            self.program = program
            self.provisioned = provisioned
            fits = !fields.contains { $0.outcome == .refused }
        }
    }

    public static let name = "state.restore"
    public static let summary: StaticString = "Gives a device that nobody holds the state of another one."
    public static let description: StaticString = """
        The document is verified, must lack nothing, and must fit: what state.check calls blocking is refused before \
        anything is opened. Mode owner opens the device, negotiates the document's features, \
        writes those fields of the configuration that the driver has built on where they differ, sets size and position \
        of every queue that the device has, reads back what can \
        be read back, and with start sets DRIVER_OK and proves the positions that a device tells only then; the device \
        stays open, with idle rings in vdpad's own \
        memory. All or nothing: on any failure the configuration is put back and the device is reset and \
        closed, and the error names the field. Mode preflight does the same without DRIVER_OK, goes on where \
        a field is refused, and always ends with the reset. Mode handOver opens the device for the caller as \
        device.acquire does: the reply carries one descriptor (SCM_RIGHTS, fds: 1) and the program that its \
        new owner must carry out; the configuration must fit then as it is. With provision the device is created first, with \
        what the state needs, bound to vhost_vdpa, and deleted again if it cannot be handed over, if the client goes without \
        having read the reply, and after a death of the daemon before that. When vdpad dies meanwhile, the device is reset, \
        but what was written to its \
        configuration stays. Mode rewind takes no state but queues: on a suspended device that vdpad owns it sets \
        positions back, each between what the device has used and what it has fetched, all or none. A warning says when \
        positions were read of a device that was not known to stand still, and which hints of its configuration the device keeps.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .invalidState, .stateIncomplete, .stateIncompatible, .verificationFailed,
        .notSupported, .notOwner, .notRunning, .deadlineExceeded, .operationInProgress, .hostBlocked, .deviceGone,
        .deviceFailed, .kernelError, .managementDeviceNotFound, .alreadyExists,
    ]
    public static let role = Role.admin
    public static let isIdempotent = false
    public static let isOperation = true

    public static func passesDescriptor(_ params: Params) -> Bool { params.mode == .handOver && !params.dryRun }
}

extension StateRestoreMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "StateRestoreParams" }
    public static var schemaSummary: StaticString { "A state, and what is to be done with it." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device's name on the vdpa bus.")
        state = try members.optional("state", "The state document, as state.export gives it; not with mode rewind.")
        mode = try members.required("mode", "What is done with it.")
        queues = try members.optional("queues", default: [], "With mode rewind: where the device is to continue.")
        start = try members.optional("start", default: false, "Set DRIVER_OK; with mode owner only.")
        provision = try members.optional(
            "provision", "Create the device, which must not be there; with mode handOver only.")
        dryRun = try members.optional(
            "dryRun", default: false, "Make every check that needs no open device and stop there.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
        guard !start || mode == .owner else {
            throw JSONReadError(
                at: members.path.appending(member: "start"), "mode \(mode.rawValue) leaves the device to its new owner")
        }
        guard provision == nil || mode == .handOver else {
            throw JSONReadError(
                at: members.path.appending(member: "provision"),
                "mode \(mode.rawValue) takes a device that is there; create it with device.add")
        }
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("state", ifPresent: state)
        writer.member("mode", mode)
        if !queues.isEmpty { writer.member("queues", queues) }
        writer.member("start", start)
        writer.member("provision", ifPresent: provision)
        writer.member("dryRun", dryRun)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}

extension StateRestoreMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "StateRestoreResult" }
    public static var schemaSummary: StaticString { "What became of a state, and where the device is." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        mode = try members.required("mode", "What was done with the state.")
        dryRun = try members.required("dryRun", "True when nothing was done to the device.")
        fits = try members.required("fits", "False when a preflight has found a field that the device does not take.")
        fields = try members.required("fields", "What became of each field that was tried, in order.")
        program = try members.optional("program", "What the caller has to give the device, in mode handOver.")
        provisioned = try members.optional(
            "provisioned", "What the device was created with, or would be; absent for one that was there.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("mode", mode)
        writer.member("dryRun", dryRun)
        writer.member("fits", fits)
        writer.member("fields", fields)
        writer.member("program", ifPresent: program)
        writer.member("provisioned", ifPresent: provisioned)
        writer.endObject()
    }
}
