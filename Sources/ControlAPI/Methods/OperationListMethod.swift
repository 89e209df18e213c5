public import JSON
public import Virtio

/// `operation.list`
public enum OperationListMethod: ControlMethod {
    /// Which operations.
    public struct Params: Sendable, Hashable {
        /// Only those of this device.
        public var device: DeviceName?
        /// Only those in this state.
        public var state: OperationState?

        /// The parameters of the method.
        public init(device: DeviceName? = nil, state: OperationState? = nil) {
            self.device = device
            self.state = state
        }
    }

    /// The operations.
    public struct Result: Sendable, Hashable {
        /// In the order in which they were asked for.
        public var operations: [Operation]

        /// The result of the method.
        public init(operations: [Operation]) {
            self.operations = operations
        }
    }

    public static let name = "operation.list"
    public static let summary: StaticString = "Lists operations."
    public static let description: StaticString = """
        Those under way, those that ended in the last ten minutes, and those by whose leases devices are stopped, also \
        under a daemon before this one; as far as the caller may look at all devices of the operation. What each has \
        done and answered is left out, since it may be more than a reply has room for: operation.get has `phases`, \
        `result`, and the members `group` and `actions` of `error`.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = true
}

extension OperationListMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "OperationListParams" }
    public static var schemaSummary: StaticString { "Which operations." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        device = try members.optional("device", "Only those of this device.")
        state = try members.optional("state", "Only those in this state.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("device", ifPresent: device)
        writer.member("state", ifPresent: state)
        writer.endObject()
    }
}

extension OperationListMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "OperationListResult" }
    public static var schemaSummary: StaticString { "The operations." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        operations = try members.required("operations", "In the order in which they were asked for.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("operations", operations)
        writer.endObject()
    }
}
