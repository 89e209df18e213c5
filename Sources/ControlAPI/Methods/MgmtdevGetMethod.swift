public import JSON

/// `mgmtdev.get`
public enum MgmtdevGetMethod: ControlMethod {
    /// A management device's name.
    public struct Params: Sendable, Hashable {
        /// BUS/NAME, or NAME for a device without a bus.
        public var mgmtdev: String

        /// The parameters of the method.
        public init(mgmtdev: String) {
            self.mgmtdev = mgmtdev
        }
    }

    /// One management device.
    public struct Result: Sendable, Hashable {
        /// The management device.
        public var mgmtdev: ManagementDeviceInfo
        /// When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.
        public var asOf: String?

        /// The result of the method.
        public init(mgmtdev: ManagementDeviceInfo, asOf: String? = nil) {
            self.mgmtdev = mgmtdev
            self.asOf = asOf
        }
    }

    public static let name = "mgmtdev.get"
    public static let summary: StaticString = "Describes one management device."
    public static let description: StaticString = """
        Answers from the inventory, which is read from netlink.
        """
    public static let errors: [ErrorCode] = [.managementDeviceNotFound, .hostBlocked]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension MgmtdevGetMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "MgmtdevGetParams" }
    public static var schemaSummary: StaticString { "A management device's name." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        mgmtdev = try members.required("mgmtdev", maximumLength: 256, "BUS/NAME, or NAME for a device without a bus.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mgmtdev", mgmtdev)
        writer.endObject()
    }
}

extension MgmtdevGetMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "MgmtdevGetResult" }
    public static var schemaSummary: StaticString { "One management device." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        mgmtdev = try members.required("mgmtdev", "The management device.")
        asOf = try members.optional(
            "asOf", "When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mgmtdev", mgmtdev)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
