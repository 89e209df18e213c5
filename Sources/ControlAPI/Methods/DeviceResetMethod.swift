public import JSON

/// `device.reset`
public enum DeviceResetMethod: ControlMethod {
    /// Which device to reset.
    public struct Params: Sendable, Hashable {
        /// The device, and how to come to it.
        public var target: DeviceParams
        /// True: reset a device that somebody else holds.
        public var confirm: Bool

        /// The parameters of the method.
        public init(target: DeviceParams, confirm: Bool = false) {
            self.target = target
            self.confirm = confirm
        }
    }

    /// What the reset has done.
    public struct Result: Sendable, Hashable {
        /// Where the device is.
        public var state: DeviceControlState
        /// What the reset has destroyed.
        public var lost: [String]

        /// The result of the method.
        public init(state: DeviceControlState, lost: [String]) {
            self.state = state
            self.lost = lost
        }
    }

    public static let name = "device.reset"
    public static let summary: StaticString = "Resets a device, which loses its state."
    public static let description: StaticString = """
        Writes status 0 and reads it back. Needs confirm on a device that somebody holds: its driver is \
        not told and its queues stop for good.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .permissionDenied, .deadlineExceeded, .hostBlocked, .deviceGone, .kernelError,
        .operationInProgress, .verificationFailed, .notOwner, .deviceFailed, .notSupported,
    ]
    public static let role = Role.admin
    public static let isIdempotent = true
    public static let isOperation = true
    public static let maximumDescriptors = 1
}

extension DeviceResetMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceResetParams" }
    public static var schemaSummary: StaticString { "Which device to reset." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceParams(members: &members)
        confirm = try members.optional("confirm", default: false, "True: reset a device that somebody else holds.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("confirm", confirm)
        writer.endObject()
    }
}

extension DeviceResetMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceResetResult" }
    public static var schemaSummary: StaticString { "What the reset has done." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        state = try DeviceControlState(members: &members)
        lost = try members.required("lost", "What the reset has destroyed.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        state.writeMembers(to: &writer)
        writer.member("lost", lost)
        writer.endObject()
    }
}
