public import JSON

/// `mgmtdev.list`
public enum MgmtdevListMethod: ControlMethod {
    public typealias Params = NoParams

    /// The management devices.
    public struct Result: Sendable, Hashable {
        /// The management devices, in the kernel's order.
        public var mgmtdevs: [ManagementDeviceInfo]

        /// The result of the method.
        public init(mgmtdevs: [ManagementDeviceInfo]) {
            self.mgmtdevs = mgmtdevs
        }
    }

    public static let name = "mgmtdev.list"
    public static let summary: StaticString = "Lists the management devices."
    public static let description: StaticString = """
        Answers from the inventory, which is read from netlink. Without the vdpa netlink family the list \
        is empty and system.health says why.
        """
    public static let errors: [ErrorCode] = [.kernelError, .hostBlocked, .deadlineExceeded]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension MgmtdevListMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "MgmtdevListResult" }
    public static var schemaSummary: StaticString { "The management devices." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        mgmtdevs = try members.required("mgmtdevs", "The management devices, in the kernel's order.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("mgmtdevs", mgmtdevs)
        writer.endObject()
    }
}
