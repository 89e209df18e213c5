import JSON

/// Arrays and objects up to 64 levels, and one more.
enum DepthTable {
    static let cases: [SyntaxCase] = [
        .valid(arrays(64), value(64) { [$0] }),
        .valid(objects(64), value(64) { ["a": $0] }),
        .valid(mixed(64), value(32) { [["a": $0]] }),
        // Levels that have been closed do not count.
        .valid("[\(arrays(63)),\(arrays(63))]", [value(63) { [$0] }, value(63) { [$0] }]),
        .valid(
            #"{"x":\#(objects(63)),"y":\#(objects(63))}"#,
            [
                "x": value(63) { ["a": $0] }, "y": value(63) { ["a": $0] },
            ]),
        .invalid(arrays(65), at: 64, .tooDeep(limit: 64)),
        .invalid(objects(65), at: 64 * 5, .tooDeep(limit: 64)),
        .invalid(mixed(66), at: 32 * 6, .tooDeep(limit: 64)),
        .invalid("[\(arrays(63)),\(arrays(64))]", at: 1 + 126 + 1 + 63, .tooDeep(limit: 64)),
        // What follows is not looked at: neither its length nor its faults.
        .invalid(String(repeating: "[", count: 65), at: 64, .tooDeep(limit: 64)),
        .invalid(String(repeating: "[", count: 1_000_000), at: 64, .tooDeep(limit: 64)),
        .invalid(String(repeating: "[", count: 64) + "{\"", at: 64, .tooDeep(limit: 64)),
        // At the limit other faults are what they are.
        .invalid(String(repeating: "[", count: 64), at: 64, .unexpectedEnd),
        .invalid(String(repeating: "[", count: 64) + "}", at: 64, .noValue("}")),
    ]

    private static func arrays(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }

    private static func objects(_ depth: Int) -> String {
        String(repeating: #"{"a":"#, count: depth - 1) + "{}" + String(repeating: "}", count: depth - 1)
    }

    /// Arrays that hold objects that hold arrays; `depth` is even, the innermost object is empty.
    private static func mixed(_ depth: Int) -> String {
        String(repeating: #"[{"a":"#, count: depth / 2 - 1) + "[{}]" + String(repeating: "}]", count: depth / 2 - 1)
    }

    /// `depth` levels of what `wrap` makes, the innermost empty.
    private static func value(_ depth: Int, _ wrap: (JSONValue) -> JSONValue) -> JSONValue {
        var value = emptied(wrap(nil))
        for _ in 1..<depth { value = wrap(value) }
        return value
    }

    /// The same without the null inside.
    private static func emptied(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array([nil]): []
        case .array(let elements): .array(elements.map(emptied))
        default: [:]
        }
    }
}
