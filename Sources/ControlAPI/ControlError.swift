public import DeviceState
public import JSON
public import Virtio

/// An error reply: a stable code, a sentence, and what a program needs to decide what to do next.
public struct ControlError: Error, Sendable, Hashable {
    /// The stable code.
    public var code: ErrorCode
    /// One sentence that names the object, the value and, where there is one, the limit.
    public var message: String
    /// The device concerned.
    public var device: DeviceName?
    /// The symbolic name of the kernel's error number.
    public var errno: String?
    /// The text that the kernel sent along.
    public var kernelMessage: String?
    /// What the device is now, as far as it is known.
    public var stateAfter: DeviceStateAfter?
    /// Who holds the device, for `deviceBusy`.
    public var holders: [HolderInfo]?
    /// What the device does not offer, for `notSupported` and `irreversible`; the parts that a state lacks, for
    /// `stateIncomplete`.
    public var missing: [String]?
    /// The member of a state that does not fit, or at which its restore has failed.
    public var field: String?
    /// The limit that was passed, for `limitExceeded`.
    public var limit: LimitInfo?
    /// The role that the call needs, for `permissionDenied` where the caller lacks it.
    public var requiredRole: Role?
    /// The role that the caller has there; nil for none.
    public var heldRole: Role?
    /// The operation that goes on, for `deadlineExceeded`.
    public var operation: String?
    /// What became of each step of `declaration.apply`.
    public var actions: [DeclarationAction]?
    /// What became of each member of `group.suspend` and `group.resume`.
    public var group: GroupReport?
    /// What the caller can do about it.
    public var hint: String?

    /// Describes an error.
    public init(_ code: ErrorCode, _ message: String, device: DeviceName? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.device = device
        self.hint = hint
    }
}

/// What a device is after a call that failed.
public struct DeviceStateAfter: Sendable, Hashable {
    /// vdpad's record of the device.
    public var runState: RunState
    /// The status byte, nil when it could not be read.
    public var status: NamedMask?

    /// Describes the device after a failure.
    public init(runState: RunState, status: NamedMask?) {
        self.runState = runState
        self.status = status
    }
}

/// A limit and its value.
public struct LimitInfo: Sendable, Hashable {
    /// The limit's name, as `system.info` reports it.
    public var name: String
    /// Its value.
    public var value: Int

    /// Names a limit.
    public init(name: String, value: Int) {
        self.name = name
        self.value = value
    }
}

extension ControlError: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "ErrorData" }
    public static var schemaSummary: StaticString { "The data of an error reply." }

    /// Reads the `data` member of an error reply.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        let code: ErrorCode = try members.required("name", "The code's name.")
        let message: String = try members.required("message", "One sentence: what was refused or failed, and why.")
        self.init(code, message)
        device = try members.optional("device", "The device concerned.")
        errno = try members.optional("errno", "The symbolic name of the kernel's error number, such as EBUSY.")
        kernelMessage = try members.optional("kernelMessage", "The text that the kernel sent along.")
        stateAfter = try members.optional("stateAfter", "What the device is now.")
        let _: Bool = try members.required(
            "retryable", "True when the same call can succeed later without the caller changing anything.")
        holders = try members.optional("holders", "Who holds the device.")
        missing = try members.optional(
            "missing", "What the device does not offer, or the parts that a state lacks.")
        field = try members.optional(
            "field", "The member of a state that does not fit, or at which its restore has failed.")
        limit = try members.optional("limit", "The limit that was passed.")
        requiredRole = try members.optional("requiredRole", "The role that the call needs and the caller lacks.")
        heldRole = try members.optional("heldRole", "The role that the caller has there; absent when it has none.")
        operation = try members.optional("operation", "The operation that goes on.")
        actions = try members.optional("actions", "What became of each step of declaration.apply.")
        group = try members.optional("group", "What became of each member of group.suspend and group.resume.")
        hint = try members.optional("hint", "What the caller can do about it.")
    }

    /// Writes the `data` member of an error reply.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", code)
        writer.member("message", message)
        writer.member("device", ifPresent: device)
        writer.member("errno", ifPresent: errno)
        writer.member("kernelMessage", ifPresent: kernelMessage)
        writer.member("stateAfter", ifPresent: stateAfter)
        writer.member("retryable", code.isRetryable)
        writer.member("holders", ifPresent: holders)
        writer.member("missing", ifPresent: missing)
        writer.member("field", ifPresent: field)
        writer.member("limit", ifPresent: limit)
        writer.member("requiredRole", ifPresent: requiredRole)
        writer.member("heldRole", ifPresent: heldRole)
        writer.member("operation", ifPresent: operation)
        writer.member("actions", ifPresent: actions)
        writer.member("group", ifPresent: group)
        writer.member("hint", ifPresent: hint)
        writer.endObject()
    }
}

extension DeviceStateAfter: JSONObjectReadable, JSONWritable {
    public static var schemaSummary: StaticString { "What a device is after a call that failed." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        runState = try members.required("runState", "vdpad's record of the device.")
        status = try members.optional("status", "The status byte; absent when it could not be read.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("runState", runState)
        writer.member("status", ifPresent: status)
        writer.endObject()
    }
}

extension LimitInfo: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "Limit" }
    public static var schemaSummary: StaticString { "A limit and its value." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "The limit's name, as system.info reports it.")
        value = try members.required("value", in: 0...Int.max, "Its value.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", name)
        writer.member("value", value)
        writer.endObject()
    }
}
