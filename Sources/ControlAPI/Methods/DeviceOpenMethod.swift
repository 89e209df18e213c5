public import JSON
public import Virtio

/// `device.open`
public enum DeviceOpenMethod: ControlMethod {
    public typealias Result = DeviceControlState

    /// Which device, and whether to bring it up.
    public struct Params: Sendable, Hashable {
        /// The device's name on the vdpa bus.
        public var device: DeviceName
        /// How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        public var deadlineMs: UInt32?
        /// Bring the device up to DRIVER_OK.
        public var initialize: DeviceInitialization?

        /// The parameters of the method.
        public init(device: DeviceName, deadlineMs: UInt32? = nil, initialize: DeviceInitialization? = nil) {
            self.device = device
            self.deadlineMs = deadlineMs
            self.initialize = initialize
        }
    }

    public static let name = "device.open"
    public static let summary: StaticString = "Opens a device's node, which makes vdpad its owner."
    public static let description: StaticString = """
        Opening resets the device, so it is done on this request only. Refused with the holder's \
        identity if somebody has it open. With initialize the device is brought up: features negotiated, \
        rings in the daemon's own memory, DRIVER_OK. If any step fails, the node is closed again. The \
        device stays open when the client goes.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .notSupported, .permissionDenied, .deadlineExceeded, .operationInProgress,
        .hostBlocked, .deviceGone, .deviceFailed, .verificationFailed, .kernelError,
    ]
    public static let role = Role.admin
    public static let isIdempotent = false
    public static let isOperation = true
}

extension DeviceOpenMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceOpenParams" }
    public static var schemaSummary: StaticString { "Which device, and whether to bring it up." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device's name on the vdpa bus.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
        initialize = try members.optional("initialize", "Bring the device up to DRIVER_OK.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.member("initialize", ifPresent: initialize)
        writer.endObject()
    }
}
