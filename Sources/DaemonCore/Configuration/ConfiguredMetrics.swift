import JSON

/// Where metrics are written to, for node_exporter's textfile collector.
struct ConfiguredMetrics: Sendable, Hashable {
    /// The collector reads files of no other name.
    private static let suffix = ".prom"

    /// The file; none if nil.
    var file: String?

    /// How often it is written, in milliseconds.
    var intervalMs: UInt32 = 15_000

    /// No file.
    init() {}
}

extension ConfiguredMetrics: JSONObjectReadable {
    static var schemaSummary: StaticString { "Where metrics are written to, for node_exporter's textfile collector." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        file = try members.optional(
            "file", maximumLength: 3_840, "The file, replaced each time: an absolute path that ends with .prom.")
        intervalMs = try members.optional(
            "intervalMs", in: 1_000...3_600_000, default: intervalMs, "How often it is written, in milliseconds.")
        let path = members.path.appending(member: "file")
        try AbsolutePath.check(file, at: path)
        guard let file, !file.hasSuffix(Self.suffix) else { return }
        throw JSONReadError(at: path, expected: "a path that ends with \(Self.suffix)", found: .string(file))
    }
}
