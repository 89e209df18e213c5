public import JSON
public import Virtio

/// `device.close`
public enum DeviceCloseMethod: ControlMethod {
    public typealias Result = DeviceControlState

    /// A device.
    public struct Params: Sendable, Hashable {
        /// The device's name on the vdpa bus.
        public var device: DeviceName
        /// How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.
        public var deadlineMs: UInt32?

        /// The parameters of the method.
        public init(device: DeviceName, deadlineMs: UInt32? = nil) {
            self.device = device
            self.deadlineMs = deadlineMs
        }
    }

    public static let name = "device.close"
    public static let summary: StaticString = "Closes a device that vdpad owns, which resets it."
    public static let description: StaticString = """
        The last close resets the device: its queue positions and negotiated features are lost.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .notOwner, .deadlineExceeded, .operationInProgress, .hostBlocked, .kernelError,
    ]
    public static let role = Role.admin
    public static let isIdempotent = false
}

extension DeviceCloseMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceCloseParams" }
    public static var schemaSummary: StaticString { "A device." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device's name on the vdpa bus.")
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long the caller waits, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}
