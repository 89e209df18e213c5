import JSON

/// Section 4 leaves duplicate names to the parser; here they are refused, however they are spelt.
enum DuplicateTable {
    static let cases: [SyntaxCase] = [
        .invalid(#"{"a":1,"a":2}"#, at: 7, .duplicateMember("a")),
        .invalid(#"{"a":1,"a":1}"#, at: 7, .duplicateMember("a")),
        .invalid(#"{"":1,"":2}"#, at: 6, .duplicateMember("")),
        .invalid(#"{"a":1,"b":2,"a":3}"#, at: 13, .duplicateMember("a")),
        .invalid(#"{"a":1,"\u0061":2}"#, at: 7, .duplicateMember("a")),
        .invalid(#"{"\u0061":1,"a":2}"#, at: 12, .duplicateMember("a")),
        .invalid(#"{"/":1,"\/":2}"#, at: 7, .duplicateMember("/")),
        .invalid(#"{"\n":1,"\u000a":2}"#, at: 8, .duplicateMember("\n")),
        .invalid(#"{"\u000A":1,"\u000a":2}"#, at: 12, .duplicateMember("\n")),
        .invalid(#"{"𝄞":1,"\ud834\udd1e":2}"#, at: 10, .duplicateMember("𝄞")),
        .invalid(#"{"\uD834\uDD1E":1,"\ud834\udd1e":2}"#, at: 18, .duplicateMember("𝄞")),
        .invalid(#"{"a":{"b":1,"b":2}}"#, at: 12, .duplicateMember("b")),
        .invalid(#"[{"a":1},{"a":1,"a":1}]"#, at: 16, .duplicateMember("a")),
        // The second name is refused before its value is read.
        .invalid(#"{"a":1,"a"!"#, at: 7, .duplicateMember("a")),
        // The same name in other objects is no duplicate; nor is one that differs in any byte.
        .valid(#"{"a":{"a":{"a":1}}}"#, ["a": ["a": ["a": 1]]]),
        .valid(#"[{"a":1},{"a":1}]"#, [["a": 1], ["a": 1]]),
        .valid(#"{"a":1,"A":2}"#, ["a": 1, "A": 2]),
        .valid(#"{"a":1,"a ":2}"#, ["a": 1, "a ": 2]),
        .valid(#"{"a":1,"a\u0000":2}"#, ["a": 1, "a\0": 2]),
        .valid("{\"\u{e9}\":1,\"e\u{301}\":2}", ["\u{e9}": 1, "e\u{301}": 2]),
        .valid("{\"\u{212b}\":1,\"\u{c5}\":2}", ["\u{212b}": 1, "\u{c5}": 2]),
    ]
}
