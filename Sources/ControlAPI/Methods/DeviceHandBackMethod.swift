public import JSON
public import Virtio

/// `device.handBack`
public enum DeviceHandBackMethod: ControlMethod {
    public typealias Result = DeviceControlState

    /// A device.
    public struct Params: Sendable, Hashable {
        /// The device's name on the vdpa bus.
        public var device: DeviceName

        /// The parameters of the method.
        public init(device: DeviceName) {
            self.device = device
        }
    }

    public static let name = "device.handBack"
    public static let summary: StaticString = "Forgets a stop, because the VMM takes the device over."
    public static let description: StaticString = """
        Called before an agent tells the VMM to stop, snapshot or migrate. Nothing is called on the \
        device; vdpad will not resume it by itself.
        """
    public static let errors: [ErrorCode] = [.deviceNotFound, .operationInProgress, .hostBlocked]
    public static let role = Role.operator
    public static let isIdempotent = true
    public static let isOperation = true
}

extension DeviceHandBackMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceHandBackParams" }
    public static var schemaSummary: StaticString { "A device." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device's name on the vdpa bus.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.endObject()
    }
}
