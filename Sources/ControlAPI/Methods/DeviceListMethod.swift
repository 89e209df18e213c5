public import JSON

/// `device.list`
public enum DeviceListMethod: ControlMethod {
    public typealias Params = NoParams

    /// The devices of the host.
    public struct Result: Sendable, Hashable {
        /// The devices, sorted by name.
        public var devices: [DeviceInfo]
        /// When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.
        public var asOf: String?

        /// The result of the method.
        public init(devices: [DeviceInfo], asOf: String? = nil) {
            self.devices = devices
            self.asOf = asOf
        }
    }

    public static let name = "device.list"
    public static let summary: StaticString = "Lists the devices on the vdpa bus."
    public static let description: StaticString = """
        Lists the devices that the caller may look at. \
        Answers from the inventory, the union of netlink and sysfs, which uevents keep current. Opens \
        nothing and asks no device.
        """
    public static let errors: [ErrorCode] = [.hostBlocked]
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = true
}

extension DeviceListMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceListResult" }
    public static var schemaSummary: StaticString { "The devices of the host." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        devices = try members.required("devices", "The devices, sorted by name.")
        asOf = try members.optional(
            "asOf", "When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("devices", devices)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
