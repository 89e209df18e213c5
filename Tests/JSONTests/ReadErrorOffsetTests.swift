import Testing

@testable import JSON

@Suite("Where a read error is in the text")
struct ReadErrorOffsetTests {
    struct Item: JSONObjectReadable {
        static var schemaSummary: StaticString { "An item." }

        let size: Int

        init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
            size = try members.required("size", in: 1...9, "How large.")
        }
    }

    struct Document: JSONObjectReadable {
        static var schemaSummary: StaticString { "A document." }

        let name: String?
        let items: [Item]
        let sizes: [String: Int]

        init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
            name = try members.optional("name", "What it is called.")
            items = try members.optional("items", "What is in it.") ?? []
            sizes = try members.optional("sizes", "Sizes by name.") ?? [:]
        }
    }

    /// The place is marked with `^`, which is taken out of the text.
    @Test(arguments: [
        "^[]",
        "^7",
        " \n // a comment\n ^\"text\"",
        #"{"name": ^1}"#,
        #"{"name":^null}"#,
        #"{"items": [{"size": 1}, {"size": ^0}]}"#,
        #"{"items": [{"size": 1}, ^true]}"#,
        #"{"items": [{"size": 1}, ^{}]}"#,
        #"{"items": [{"size": 1, ^"colour": 2}]}"#,
        #"{^"nome": "a"}"#,
        #"{"name": "nome", ^"nome": "a"}"#,
        #"{"name": "a", ^"item\u0073s": 1, "sizes": {"nome": 1}}"#,
        #"{"sizes": {"a.b": 1, "a": -2.5e+3, "\\\"]}": ^"x"}}"#,
        #"{"sizes": {"nome": 1}, ^"nome": 1}"#,
        #"{"sizes": {"a": 1, "b": ^{}}, "items": []}"#,
        #"{"sizes": {"a": [], "b": 1}}"#.replacing("[]", with: "^[]"),
        #"{/* "nome": */ "name": /*/ "nome" */ "b", ^"nome": 1}"#,
        #"{"name": "//", // "nome":1"# + "\n" + #"^"nome": /**/ 1}"#,
        #"{"name": "/*", "sizes": {"é": 1, "e": ^"*/"}}"#,
    ])
    func isFound(marked: String) throws {
        let before = try #require(marked.utf8.firstIndex(of: UInt8(ascii: "^")))
        let offset = marked.utf8.distance(from: marked.utf8.startIndex, to: before)
        let text = Array(marked.replacing("^", with: "").utf8)
        let value = try JSONParser.parse(text.span, allowingComments: true)
        let root = JSONPath("document")
        let error = try #require(throws: JSONReadError.self) { try Document(value, at: root) }
        #expect(error.offset(in: text.span, of: value, at: root) == offset, "\(error)")
    }

    @Test func aPlaceOfAnotherTextIsNotFound() throws {
        let text = Array(#"{"name": 1}"#.utf8)
        let value = try JSONParser.parse(text.span)
        let elsewhere = JSONReadError(at: JSONPath("document").appending(member: "items"), "is elsewhere")
        #expect(elsewhere.offset(in: text.span, of: value, at: JSONPath("document")) == nil)
    }
}
