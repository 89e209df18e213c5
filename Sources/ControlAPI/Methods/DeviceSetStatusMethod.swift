public import JSON

/// `device.setStatus`
public enum DeviceSetStatusMethod: ControlMethod {
    public typealias Result = DeviceControlState

    /// Which status to write.
    public struct Params: Sendable, Hashable {
        /// The device, and how to come to it.
        public var target: DeviceParams
        /// The whole status byte to write: the present bits and those to add.
        public var status: UInt8
        /// True: change the status of a device that somebody else holds.
        public var confirm: Bool

        /// The parameters of the method.
        public init(target: DeviceParams, status: UInt8, confirm: Bool = false) {
            self.target = target
            self.status = status
            self.confirm = confirm
        }
    }

    public static let name = "device.setStatus"
    public static let summary: StaticString =
        "Adds bits to the device status and reads back what the device made of them."
    public static let description: StaticString = """
        A value that clears a bit is refused: only device.reset does that. A value that changes nothing \
        is not written, since some devices resume on it. On a device that somebody else holds it needs \
        confirm.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .operationInProgress, .verificationFailed, .deviceFailed, .notOwner, .notSupported,
    ]
    public static let role = Role.admin
    public static let isIdempotent = true
    public static let isOperation = true
    public static let maximumDescriptors = 1
}

extension DeviceSetStatusMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceSetStatusParams" }
    public static var schemaSummary: StaticString { "Which status to write." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceParams(members: &members)
        status = try members.required(
            "status", in: 1...255, "The whole status byte to write: the present bits and those to add.")
        confirm = try members.optional(
            "confirm", default: false, "True: change the status of a device that somebody else holds.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("status", status)
        writer.member("confirm", confirm)
        writer.endObject()
    }
}
