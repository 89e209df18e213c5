public import JSON

/// `system.health`
public enum SystemHealthMethod: ControlMethod {
    public typealias Params = NoParams

    /// The daemon's health.
    public struct Result: Sendable, Hashable {
        /// True when there is no problem.
        public var healthy: Bool
        /// What is wrong now.
        public var problems: [HealthProblem]
        /// How many host worker processes there are.
        public var workerCount: Int
        /// How many devices are on the bus.
        public var deviceCount: Int

        /// The result of the method.
        public init(healthy: Bool, problems: [HealthProblem], workerCount: Int, deviceCount: Int) {
            self.healthy = healthy
            self.problems = problems
            self.workerCount = workerCount
            self.deviceCount = deviceCount
        }
    }

    public static let name = "system.health"
    public static let summary: StaticString = "Says what keeps the daemon from doing its work, if anything."
    public static let description: StaticString = """
        Never touches a device and never waits for the kernel: it reports what is known. A kernel call \
        that has not returned stays listed until it does.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension SystemHealthMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "SystemHealthResult" }
    public static var schemaSummary: StaticString { "The daemon's health." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        healthy = try members.required("healthy", "True when there is no problem.")
        problems = try members.required("problems", "What is wrong now.")
        workerCount = try members.required("workerCount", in: 0...Int.max, "How many host worker processes there are.")
        deviceCount = try members.required("deviceCount", in: 0...Int.max, "How many devices are on the bus.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("healthy", healthy)
        writer.member("problems", problems)
        writer.member("workerCount", workerCount)
        writer.member("deviceCount", deviceCount)
        writer.endObject()
    }
}
