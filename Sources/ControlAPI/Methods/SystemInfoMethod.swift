internal import DeviceState
public import JSON

/// `system.info`
public enum SystemInfoMethod: ControlMethod {
    public typealias Params = NoParams

    /// What daemon this is.
    public struct Result: Sendable, Hashable {
        /// The version of vdpad.
        public var version: String
        /// Changes at every start of the daemon.
        public var instance: String
        /// The daemon's process.
        public var pid: Int32
        /// When the daemon was started (RFC 3339, UTC).
        public var startedAt: String
        /// Whose devices it serves.
        public var host: HostKind
        /// The release of the running kernel, as uname says.
        public var kernelRelease: String
        /// The limits in force.
        public var limits: Limits

        /// The result of the method.
        public init(
            version: String, instance: String, pid: Int32, startedAt: String, host: HostKind, kernelRelease: String,
            limits: Limits
        ) {
            self.version = version
            self.instance = instance
            self.pid = pid
            self.startedAt = startedAt
            self.host = host
            self.kernelRelease = kernelRelease
            self.limits = limits
        }
    }

    public static let name = "system.info"
    public static let summary: StaticString = "Says what daemon this is and which limits it has."
    public static let description: StaticString = """
        Never touches a device. The instance changes at every start of the daemon.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let scope = AccessScope.visible
    public static let isIdempotent = true
}

extension SystemInfoMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "SystemInfoResult" }
    public static var schemaSummary: StaticString { "What daemon this is." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        version = try members.required("version", "The version of vdpad.")
        instance = try members.required("instance", "Changes at every start of the daemon.")
        pid = try members.required("pid", in: 1...Int32.max, "The daemon's process.")
        let startedAt: TimeText = try members.required("startedAt", "When the daemon was started.")
        self.startedAt = startedAt.string
        host = try members.required("host", "Whose devices it serves.")
        kernelRelease = try members.required("kernelRelease", "The release of the running kernel, as uname says.")
        limits = try members.required("limits", "The limits in force.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("instance", instance)
        writer.member("pid", pid)
        writer.member("startedAt", startedAt)
        writer.member("host", host)
        writer.member("kernelRelease", kernelRelease)
        writer.member("limits", limits)
        writer.endObject()
    }
}
