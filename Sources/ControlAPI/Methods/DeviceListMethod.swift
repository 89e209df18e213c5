public import JSON

/// `device.list`
public enum DeviceListMethod: ControlMethod {
    public typealias Params = NoParams

    /// The devices of the host.
    public struct Result: Sendable, Hashable {
        /// The devices, sorted by name.
        public var devices: [DeviceInfo]

        /// The result of the method.
        public init(devices: [DeviceInfo]) {
            self.devices = devices
        }
    }

    public static let name = "device.list"
    public static let summary: StaticString = "Lists the devices on the vdpa bus."
    public static let description: StaticString = """
        Answers from the inventory, the union of netlink and sysfs, which uevents keep current. Opens \
        nothing and asks no device.
        """
    public static let errors: [ErrorCode] = [.kernelError, .hostBlocked, .deadlineExceeded]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeviceListMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceListResult" }
    public static var schemaSummary: StaticString { "The devices of the host." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.required("devices", "The devices, sorted by name.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", devices)
        writer.endObject()
    }
}
