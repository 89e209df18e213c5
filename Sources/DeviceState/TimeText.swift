public import JSON

/// A moment of the wall clock as JSON has it: RFC 3339 in UTC. Only for people and logs, so its form alone is checked and it
/// is kept as it was written.
public struct TimeText: Sendable, Hashable {
    /// Such as `2026-01-02T03:04:05.678Z`.
    public let string: String
}

extension TimeText: JSONReadable {
    /// Takes a text of this form.
    public init(_ value: JSONValue, at path: JSONPath) throws(JSONReadError) {
        let text = try String(value, at: path)
        guard Self.isTime(text.utf8) else {
            throw JSONReadError(at: path, expected: "a time such as 2026-01-02T03:04:05Z", found: value)
        }
        string = text
    }

    private static func isTime(_ text: String.UTF8View) -> Bool {
        let form = "0000-00-00T00:00:00".utf8
        let fraction = text.dropFirst(form.count).dropLast()
        return text.count > form.count && text.last == UInt8(ascii: "Z")
            && zip(text, form).allSatisfy { $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 }
            && (fraction.isEmpty
                || fraction.count > 1 && fraction.first == UInt8(ascii: ".")
                    && fraction.dropFirst().allSatisfy(isDigit))
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
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
