public import JSON

/// `device.delete`
public enum DeviceDeleteMethod: ControlMethod {
    public typealias Result = DeviceControlState

    /// Which device to delete.
    public struct Params: Sendable, Hashable {
        /// The device.
        public var target: DeviceTarget
        /// True: delete also a device that the host's own virtio drivers use.
        public var confirm: Bool

        /// The parameters of the method.
        public init(target: DeviceTarget, confirm: Bool = false) {
            self.target = target
            self.confirm = confirm
        }
    }

    public static let name = "device.delete"
    public static let summary: StaticString = "Deletes a device that nobody holds."
    public static let description: StaticString = """
        A device that somebody has open is left alone, with deviceBusy and its holders. The node is opened \
        by vdpad first, so that nobody else can, then the driver is unbound, and only then the device is \
        deleted: the kernel would wait for a holder with generic netlink locked for the whole host. The \
        intent is on disk before the first step; a daemon that is started after a crash finishes it.
        """
    public static let errors: [ErrorCode] = [
        .deviceNotFound, .deviceBusy, .notSupported, .deadlineExceeded, .operationInProgress, .hostBlocked,
        .deviceGone, .kernelError,
    ]
    public static let role = Role.admin
    public static let isIdempotent = false
    public static let isOperation = true
}

extension DeviceDeleteMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceDeleteParams" }
    public static var schemaSummary: StaticString { "Which device to delete." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        target = try DeviceTarget(members: &members)
        confirm = try members.optional(
            "confirm", default: false, "True: delete also a device that the host's own virtio drivers use.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        target.writeMembers(to: &writer)
        writer.member("confirm", confirm)
        writer.endObject()
    }
}
