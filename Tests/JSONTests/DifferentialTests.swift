import JSON
import Testing

/// The parser and the writer beside Foundation's JSONDecoder, on generated texts. Every difference has to be listed.
@Suite struct DifferentialTests {
    /// What only this parser refuses, and why it does.
    enum RefusedHere: CaseIterable {
        /// Foundation keeps one of the members, and which is nowhere said. RFC 8259, section 4: "the behavior of software
        /// that receives such an object is unpredictable".
        case duplicateMember
        /// Foundation takes an integer of more than 64 bits for the double that is next to it: another number.
        case numberOutOfRange
        /// Foundation skips it. Section 8.1 says that parsers may, and that nobody may send it.
        case byteOrderMark
        /// Foundation takes zero bytes at the start of a text for UTF-16 or UTF-32. Section 8.1 has UTF-8 only.
        case otherEncoding
        /// Foundation takes `[1,]` for `[1]`. Section 5 has no such array.
        case commaAtTheEndOfAnArray

        init?(_ reason: JSONSyntaxError.Reason, in text: [UInt8]) {
            switch reason {
            case .duplicateMember: self = .duplicateMember
            case .numberOutOfRange: self = .numberOutOfRange
            case .byteOrderMark: self = .byteOrderMark
            case .noValue("]"): self = .commaAtTheEndOfAnArray
            case .trailingBytes where text.prefix(4).contains(0): self = .otherEncoding
            case .unexpectedByte(0, _) where text.prefix(4).contains(0): self = .otherEncoding
            default: return nil
            }
        }

        var example: String {
            switch self {
            case .duplicateMember: #"{"a":1,"a":2}"#
            case .numberOutOfRange: "18446744073709551616"
            case .byteOrderMark: "\u{feff}1"
            case .otherEncoding: "1\u{0}"
            case .commaAtTheEndOfAnArray: "[1,]"
            }
        }
    }

    @Test(arguments: 0..<16) func agreesOnValidTexts(seed: UInt64) {
        var generator = TextGenerator(seed: seed)
        for _ in 0..<500 { compare(generator.valid()) }
    }

    @Test(arguments: 0..<16) func agreesOnNearlyValidTexts(seed: UInt64) {
        var generator = TextGenerator(seed: 1_000 + seed)
        for _ in 0..<1_000 { compare(generator.mutated()) }
    }

    @Test(arguments: RefusedHere.allCases) func aListedRefusalIsADifference(difference: RefusedHere) {
        let text = Array(difference.example.utf8)
        #expect(FoundationValue(parsing: text) != nil)
        let error = #expect(throws: JSONSyntaxError.self) { try parse(text) }
        #expect(error.flatMap { RefusedHere($0.reason, in: text) } == difference)
    }

    /// What only Foundation refuses: zero with a positive exponent, and what is so small that zero is next to it. The
    /// grammar of section 6 has both, and section 9 has a parser accept every text that agrees with the grammar.
    @Test(arguments: ["0e1", "0E9", "[0e4]", "1e-400", "-3.5E-819"])
    func aListedAcceptanceIsADifference(text: String) throws {
        #expect(FoundationValue(parsing: Array(text.utf8)) == nil)
        #expect(holdsZero(try parse(text)))
    }

    private func compare(_ text: [UInt8]) {
        let theirs = FoundationValue(parsing: text)
        let value: JSONValue
        do throws(JSONSyntaxError) {
            value = try parse(text)
        } catch {
            if theirs != nil, RefusedHere(error.reason, in: text) == nil {
                Issue.record("only we refuse: \(error): \(printable(text))")
            }
            return
        }
        if let theirs {
            #expect(theirs.isSame(as: value), "\(value) is \(theirs) to Foundation: \(printable(text))")
        } else if !holdsZero(value) {
            Issue.record("only Foundation refuses: \(printable(text))")
        }
        // What we write has none of the forms that Foundation refuses.
        let rewritten = FoundationValue(parsing: value.jsonBytes())
        #expect(rewritten?.isSame(as: value) == true, "not as Foundation reads it: \(value)")
    }

    /// Whether there is a zero that was not written as an integer.
    private func holdsZero(_ value: JSONValue) -> Bool {
        switch value {
        case .double(let double): double == 0
        case .array(let elements): elements.contains(where: holdsZero)
        case .object(let members): members.contains { holdsZero($0.value) }
        default: false
        }
    }

    private func printable(_ text: [UInt8]) -> String {
        SyntaxCase.invalid(bytes: text, at: 0, .emptyInput).testDescription
    }
}
