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
    @Test func theDepthIsTheCallers() throws {
        #expect(try parse(Array("1".utf8), maximumDepth: 0) == 1)
        #expect(throws: JSONSyntaxError(offset: 0, reason: .tooDeep(limit: 0))) {
            try parse(Array("[]".utf8), maximumDepth: 0)
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
