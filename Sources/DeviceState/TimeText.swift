public import JSON

/// A moment of the wall clock as JSON has it: RFC 3339 in UTC. Only for people and logs, so it is kept as it was written.
public struct TimeText: Sendable, Hashable {
    /// Such as `2026-01-02T03:04:05.678Z`.
    public let string: String
}

extension TimeText: JSONReadable {
    /// Takes the text.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        string = try String(value, at: path)
    }

    /// The string.
    public static var schema: JSONSchema {
        .named(
            "Time", .string(pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]+)?Z$"),
            description: "A moment of the wall clock: RFC 3339 in UTC.")
    }

    /// The beginning of 1970.
    public static var placeholder: TimeText { TimeText(string: "1970-01-01T00:00:00.000Z") }
}
