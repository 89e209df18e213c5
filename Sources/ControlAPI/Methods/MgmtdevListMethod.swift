public import JSON

/// `mgmtdev.list`
public enum MgmtdevListMethod: ControlMethod {
    public typealias Params = NoParams

    /// The management devices.
    public struct Result: Sendable, Hashable {
        /// The management devices, in the kernel's order.
        public var mgmtdevs: [ManagementDeviceInfo]
        /// When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.
        public var asOf: String?

        /// The result of the method.
        public init(mgmtdevs: [ManagementDeviceInfo], asOf: String? = nil) {
            self.mgmtdevs = mgmtdevs
            self.asOf = asOf
        }
    }

    public static let name = "mgmtdev.list"
    public static let summary: StaticString = "Lists the management devices."
    public static let description: StaticString = """
        Answers from the inventory, which is read from netlink. Without the vdpa netlink family the list \
        is empty and system.health says why.
        """
    public static let errors: [ErrorCode] = [.hostBlocked]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension MgmtdevListMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "MgmtdevListResult" }
    public static var schemaSummary: StaticString { "The management devices." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        mgmtdevs = try members.required("mgmtdevs", "The management devices, in the kernel's order.")
        asOf = try members.optional(
            "asOf", "When the inventory was read, RFC 3339 in UTC; set when netlink does not answer now.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mgmtdevs", mgmtdevs)
        writer.member("asOf", ifPresent: asOf)
        writer.endObject()
    }
}
