public import JSON

/// `metrics.get`
public enum MetricsGetMethod: ControlMethod {
    public typealias Params = NoParams

    /// What the daemon has counted.
    public struct Result: Sendable, Hashable {
        /// Every metric, as OpenMetrics 1.0 text.
        public var metrics: String

        /// The result of the method.
        public init(metrics: String) {
            self.metrics = metrics
        }
    }

    public static let name = "metrics.get"
    public static let summary: StaticString = "Answers what the daemon has counted and measured, as OpenMetrics text."
    public static let description: StaticString = """
        Never touches a device and never waits for the kernel. Counters begin at 0 when the daemon starts; the series of a \
        device begin when the daemon sees it and end when it leaves the bus. All calls of methods that there are not make \
        one series, `unknown`.
        """
    public static let errors: [ErrorCode] = []
    public static let role = Role.monitor
    public static let isIdempotent = true
}

extension MetricsGetMethod.Result: JSONObjectReadable, JSONWritable {
    public static var schemaName: String { "MetricsGetResult" }
    public static var schemaSummary: StaticString { "What the daemon has counted." }

    /// Reads the object.
    public init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        metrics = try members.required("metrics", "Every metric, as OpenMetrics 1.0 text.")
    }

    /// Writes the object.
    public func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("metrics", metrics)
        writer.endObject()
    }
}
