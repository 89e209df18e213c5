import JSON
import Testing

func parse(
    _ bytes: [UInt8], maximumDepth: Int = 64, allowingComments: Bool = false
) throws(JSONSyntaxError) -> JSONValue {
    try JSONParser.parse(bytes.span, maximumDepth: maximumDepth, allowingComments: allowingComments)
}

func parse(_ text: String) throws(JSONSyntaxError) -> JSONValue {
    try parse(Array(text.utf8))
}

@Suite struct ParserTests {
    @Test(
        arguments: [
            ("null", nil),
            (" \t\r\ntrue ", true),
            ("false", false),
            ("0", 0),
            ("-0", 0),
            ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .unsigned(1 << 63)),
            ("18446744073709551615", .unsigned(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("1.0", 1.0),
            ("-0.0", .double(-0.0)),
            ("0e0", 0.0),
            ("1E+2", 100.0),
            ("1e-2", 0.01),
            ("0.1", 0.1),
            ("123456789012345678901.5", 123456789012345678901.5),
            ("9007199254740993.0", 9007199254740992.0),
            ("1e22", 1e22),
            ("1e23", 1e23),
            ("5e-324", .double(.leastNonzeroMagnitude)),
            ("1e-400", 0.0),
            ("1e-9999999999999999999999", 0.0),
            ("1.7976931348623157e308", .double(.greatestFiniteMagnitude)),
            (#""""#, ""),
            (#""a""#, "a"),
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#""\u0000\u00e9\uD834\udd1e""#, "\0\u{e9}\u{1d11e}"),
            ("\"\u{e9}\u{1d11e}\u{7f}\u{2028}\"", "\u{e9}\u{1d11e}\u{7f}\u{2028}"),
            ("[]", []),
            ("[1, [2], {}]", [1, [2], [:]]),
            (#"{"a":1 , "":[null]}"#, ["a": 1, "": [nil]]),
            (#"{"\u0061":1}"#, ["a": 1]),
            // Equal after normalisation, yet two names.
            ("{\"\u{e9}\":1,\"e\u{301}\":2}", ["\u{e9}": 1, "e\u{301}": 2]),
        ] as [(String, JSONValue)])
    func accepts(text: String, value: JSONValue) throws {
        #expect(try parse(text) == value)
    }

    @Test(
        arguments: [
            ("", 0, .emptyInput),
            ("  ", 2, .emptyInput),
            ("\u{feff}1", 0, .byteOrderMark),
            ("1 2", 2, .trailingBytes),
            ("{}}", 2, .trailingBytes),
            ("nul", 3, .unexpectedEnd),
            ("nulL", 3, .unexpectedByte(0x4c, expected: "'null'")),
            ("NaN", 0, .unexpectedByte(0x4e, expected: "a value")),
            ("+1", 0, .unexpectedByte(0x2b, expected: "a value")),
            (".5", 0, .unexpectedByte(0x2e, expected: "a value")),
            ("-", 1, .unexpectedEnd),
            ("-a", 1, .unexpectedByte(0x61, expected: "a digit")),
            ("01", 0, .leadingZero),
            ("[-00]", 1, .leadingZero),
            ("1.", 2, .unexpectedEnd),
            ("[1.]", 3, .unexpectedByte(0x5d, expected: "a digit")),
            ("1e", 2, .unexpectedEnd),
            ("1e+", 3, .unexpectedEnd),
            ("0x1", 1, .trailingBytes),
            ("18446744073709551616", 0, .numberOutOfRange),
            ("[-9223372036854775809]", 1, .numberOutOfRange),
            ("1e309", 0, .numberOutOfRange),
            ("-1e99999999999999999999", 0, .numberOutOfRange),
            ("\"", 1, .unexpectedEnd),
            ("\"a", 2, .unexpectedEnd),
            ("\"a\nb\"", 2, .unescapedControlCharacter(0x0a)),
            (#""\"#, 2, .unexpectedEnd),
            (#""\x""#, 1, .invalidEscape),
            (#""\u12"#, 5, .unexpectedEnd),
            (#""\u12g4""#, 1, .invalidEscape),
            (#""a\ud800""#, 2, .loneSurrogate),
            (#""\udc00""#, 1, .loneSurrogate),
            (#""\ud800\u0041""#, 1, .loneSurrogate),
            (#""\ud800\ud800""#, 1, .loneSurrogate),
            (#""\ud800x""#, 1, .loneSurrogate),
            ("[", 1, .unexpectedEnd),
            ("[1", 2, .unexpectedEnd),
            ("[1,]", 3, .unexpectedByte(0x5d, expected: "a value")),
            ("[,1]", 1, .unexpectedByte(0x2c, expected: "a value")),
            ("[1 2]", 3, .unexpectedByte(0x32, expected: "',' or ']'")),
            ("{", 1, .unexpectedEnd),
            ("{1:2}", 1, .unexpectedByte(0x31, expected: "a member's name")),
            (#"{"a"}"#, 4, .unexpectedByte(0x7d, expected: "':'")),
            (#"{"a":1,}"#, 7, .unexpectedByte(0x7d, expected: "a member's name")),
            (#"{"a":1]"#, 6, .unexpectedByte(0x5d, expected: "',' or '}'")),
            (#"{"a":1,"a":2}"#, 7, .duplicateMember("a")),
            (#"{"a":1,"\u0061":2}"#, 7, .duplicateMember("a")),
            ("// c\n1", 0, .unexpectedByte(0x2f, expected: "a value")),
        ] as [(String, Int, JSONSyntaxError.Reason)])
    func refuses(text: String, offset: Int, reason: JSONSyntaxError.Reason) {
        #expect(throws: JSONSyntaxError(offset: offset, reason: reason)) { try parse(text) }
    }

    @Test(
        arguments: [
            [0x80], [0xc0, 0x80], [0xc3], [0xe0, 0x80, 0x80], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xfe], [0xff], [0xe2, 0x82],
        ] as [[UInt8]])
    func refusesMalformedUTF8(sequence: [UInt8]) {
        for escape in ["", "\\n"] {
            let text = Array("[\"ab".utf8) + Array(escape.utf8) + sequence + Array("c\"]".utf8)
            let error = JSONSyntaxError(offset: 4 + escape.utf8.count, reason: .invalidUTF8)
            #expect(throws: error) { try parse(text) }
        }
    }

    @Test func countsDepth() throws {
        func nested(_ depth: Int) -> [UInt8] {
            Array(String(repeating: "[", count: depth).utf8) + Array(String(repeating: "]", count: depth).utf8)
        }
        _ = try parse(nested(64))
        #expect(throws: JSONSyntaxError(offset: 64, reason: .tooDeep(limit: 64))) { try parse(nested(65)) }
        #expect(throws: JSONSyntaxError(offset: 0, reason: .tooDeep(limit: 0))) {
            try parse(nested(1), maximumDepth: 0)
        }
        #expect(try parse(Array("[[],[],{\"a\":[]}]".utf8), maximumDepth: 3) == [[], [], ["a": []]])
    }

    @Test func findsDuplicatesInLargeObjects() throws {
        let names = (0..<50_000).map { "\"n\($0)\":0" }
        let object = "{" + names.joined(separator: ",")
        guard case .object(let members) = try parse(object + "}") else {
            Issue.record("not an object")
            return
        }
        #expect(members.count == 50_000)
        for repeated in ["n0", "n15", "n16", "n49999"] {
            let error = JSONSyntaxError(offset: object.utf8.count + 1, reason: .duplicateMember(repeated))
            #expect(throws: error) { try parse(object + ",\"\(repeated)\":1}") }
        }
    }

    @Test func truncationIsAlwaysRefused() {
        let text = Array(#"{"a":[1.5e3,"\ud834\udd1e",true,null],"b":{"c":"é"}}"#.utf8)
        for length in text.indices {
            #expect(throws: JSONSyntaxError.self) { try parse(Array(text[..<length])) }
        }
    }

    @Test(arguments: [
        "// first\n[1, /* two */ 2] // last", "/**/[1,2/***/]", "[1//\n,2]/* * / */",
    ])
    func acceptsCommentsWhenAsked(text: String) throws {
        #expect(try parse(Array(text.utf8), allowingComments: true) == [1, 2])
    }

    @Test(
        arguments: [
            ("[1,/* 2]", 3, .unterminatedComment),
            ("[/x]", 1, .unexpectedByte(0x2f, expected: "a value")),
            ("1 /", 3, .unexpectedEnd),
            ("\"//\" x", 5, .trailingBytes),
            ("/*/", 0, .unterminatedComment),
        ] as [(String, Int, JSONSyntaxError.Reason)])
    func refusesBadComments(text: String, offset: Int, reason: JSONSyntaxError.Reason) {
        let error = JSONSyntaxError(offset: offset, reason: reason)
        #expect(throws: error) { try parse(Array(text.utf8), allowingComments: true) }
    }

    @Test func errorsReadAsSentences() {
        let duplicate = JSONSyntaxError(offset: 17, reason: .duplicateMember("a"))
        #expect(duplicate.description == #"duplicate member "a" at byte 17"#)
        let byte = JSONSyntaxError(offset: 3, reason: .unexpectedByte(0x0a, expected: "':'"))
        #expect(byte.description == "0x0a where ':' is expected at byte 3")
    }
}
