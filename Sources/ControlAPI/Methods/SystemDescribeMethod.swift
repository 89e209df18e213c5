public import DeviceState
public import JSON

/// `system.describe`
public enum SystemDescribeMethod: ControlMethod {
    /// How long the caller waits.
    public struct Params: Sendable, Hashable {
        /// In milliseconds.
        public var deadlineMs: UInt32?

        /// The parameters of the method.
        public init(deadlineMs: UInt32? = nil) {
            self.deadlineMs = deadlineMs
        }
    }

    /// A description of the host.
    public struct Result: Sendable, Hashable {
        /// The document.
        public var host: HostDescription

        /// The result of the method.
        public init(host: HostDescription) {
            self.host = host
        }
    }

    public static let name = "system.describe"
    public static let summary: StaticString = "Describes what the host's devices offer, as a document with a digest."
    public static let description: StaticString = """
        Another host's state.check takes it, or vdpactl without a daemon. Nothing is opened: of a device that nobody has open \
        it says what netlink tells and what was read while somebody had it open; what is not known is left out and listed \
        as missing. A device that does not answer within a second is described by what is known.
        """
    public static let errors: [ErrorCode] = [.hostBlocked]
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension SystemDescribeMethod.Params: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "SystemDescribeParams" }
    public static var schemaSummary: StaticString { "How long the caller waits." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        deadlineMs = try members.optional(
            "deadlineMs", in: 1...3_600_000,
            "How long devices are asked, in milliseconds; limits.defaultDeadlineMs if absent.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("deadlineMs", ifPresent: deadlineMs)
        writer.endObject()
    }
}

extension SystemDescribeMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "SystemDescribeResult" }
    public static var schemaSummary: StaticString { "A description of the host." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        host = try members.required("host", "The document.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("host", host)
        writer.endObject()
    }
}
