public import JSON
public import Virtio

/// `device.get`
public enum DeviceGetMethod: ControlMethod {
    /// A device's name.
    public struct Params: Sendable, Hashable {
        /// The device's name on the vdpa bus.
        public var device: DeviceName

        /// The parameters of the method.
        public init(device: DeviceName) {
            self.device = device
        }
    }

    /// One device.
    public struct Result: Sendable, Hashable {
        /// The device.
        public var device: DeviceInfo
        /// When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.
        public var asOf: String?

        /// The result of the method.
        public init(device: DeviceInfo, asOf: String? = nil) {
            self.device = device
            self.asOf = asOf
        }
    }

    public static let name = "device.get"
    public static let summary: StaticString = "Describes one device without touching it."
    public static let description: StaticString = """
        Answers from the inventory. Opens nothing and asks no device.
        """
    public static let errors: [ErrorCode] = [.deviceNotFound, .hostBlocked]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension DeviceGetMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceGetParams" }
    public static var schemaSummary: StaticString { "A device's name." }

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

extension DeviceGetMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "DeviceGetResult" }
    public static var schemaSummary: StaticString { "One device." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.required("device", "The device.")
        asOf = try members.optional(
            "asOf", "When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", device)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
