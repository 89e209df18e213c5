import JSON

/// RFC 8259, section 7: every escape, surrogates, control characters.
enum StringTable {
    static let cases = plain + escapes + surrogates + malformed + controlCharacters

    static let plain: [SyntaxCase] = [
        .valid(#""""#, ""),
        .valid(#""a""#, "a"),
        .valid(#"" ""#, " "),
        .valid(#""'/[]{},:""#, "'/[]{},:"),
        // What JavaScript once refused, and the last character of ASCII.
        .valid("\"\u{2028}\u{2029}\u{7f}\"", "\u{2028}\u{2029}\u{7f}"),
        .valid(
            "\"\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}\"",
            "\u{80}\u{7ff}\u{800}\u{d7ff}\u{e000}\u{ffff}\u{10000}\u{10ffff}"),
        .valid("\"\u{feff}\"", "\u{feff}"),
        .valid("\"e\u{301}\"", "e\u{301}"),
        .valid("\"\(String(repeating: "x", count: 100_000))\"", .string(String(repeating: "x", count: 100_000))),
    ]

    static let escapes: [SyntaxCase] = [
        .valid(#""\"""#, "\""),
        .valid(#""\\""#, "\\"),
        .valid(#""\/""#, "/"),
        .valid(#""\b""#, "\u{8}"),
        .valid(#""\f""#, "\u{c}"),
        .valid(#""\n""#, "\n"),
        .valid(#""\r""#, "\r"),
        .valid(#""\t""#, "\t"),
        .valid(#""\u0000""#, "\0"),
        .valid(#""\u001f""#, "\u{1f}"),
        .valid(#""\u0022\u005c\u002F""#, "\"\\/"),
        .valid(#""\u0061\u00e9\u00E9""#, "aéé"),
        .valid(#""\uabcd\uABCD\uAbCd""#, "\u{abcd}\u{abcd}\u{abcd}"),
        .valid(#""\uD7FF\uE000\uFFFF""#, "\u{d7ff}\u{e000}\u{ffff}"),
        .valid(#""\ufeff""#, "\u{feff}"),
        .valid(#""\u00410""#, "A0"),
        .valid(#""\\u0041""#, "\\u0041"),
        .valid(#""a\nb\tc\\""#, "a\nb\tc\\"),
        .valid(#""é\n𝄞\\é""#, "é\n𝄞\\é"),
        .valid(#""e\u0301""#, "e\u{301}"),
    ]

    static let surrogates: [SyntaxCase] = [
        .valid(#""\ud800\udc00""#, "\u{10000}"),
        .valid(#""\uD834\udd1e""#, "\u{1d11e}"),
        .valid(#""\uDBFF\uDFFF""#, "\u{10ffff}"),
        .valid(#""a\ud83d\ude00\ud83d\ude01b""#, "a😀😁b"),
        // Alone, at either edge of their ranges.
        .invalid(#""\ud800""#, at: 1, .loneSurrogate),
        .invalid(#""\uDBFF""#, at: 1, .loneSurrogate),
        .invalid(#""\udc00""#, at: 1, .loneSurrogate),
        .invalid(#""\uDFFF""#, at: 1, .loneSurrogate),
        .invalid(#""a\ud800b""#, at: 2, .loneSurrogate),
        .invalid(#""\ud800\n""#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\u0041""#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\ue000""#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\ud7ff""#, at: 1, .loneSurrogate),
        // Reversed, doubled, and a third after a pair.
        .invalid(#""\udc00\ud800""#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\ud800""#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\ud800\udc00""#, at: 1, .loneSurrogate),
        .invalid(#""\udc00\udc00""#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\udc00\udc00""#, at: 13, .loneSurrogate),
        .invalid(#""\ud800\udc00\ud800""#, at: 13, .loneSurrogate),
        // The second half is cut.
        .invalid(#""\ud800"#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\"#, at: 1, .loneSurrogate),
        .invalid(#""\ud800\u"#, at: 9, .unexpectedEnd),
        .invalid(#""\ud800\udc"#, at: 11, .unexpectedEnd),
        .invalid(#""\ud800\udc""#, at: 7, .invalidEscape),
        .invalid(#""\ud800\u""#, at: 7, .invalidEscape),
        // A name is a string too.
        .invalid(#"{"\ud800":1}"#, at: 2, .loneSurrogate),
    ]

    static let malformed: [SyntaxCase] = [
        .invalid("\"", at: 1, .unexpectedEnd),
        .invalid("\"a", at: 2, .unexpectedEnd),
        .invalid("[\"a", at: 3, .unexpectedEnd),
        .invalid(#""\"#, at: 2, .unexpectedEnd),
        .invalid(#""\""#, at: 3, .unexpectedEnd),
        .invalid(#""a\\\""#, at: 6, .unexpectedEnd),
        .invalid(#""\u"#, at: 3, .unexpectedEnd),
        .invalid(#""\u1"#, at: 4, .unexpectedEnd),
        .invalid(#""\u12"#, at: 5, .unexpectedEnd),
        .invalid(#""\u123"#, at: 6, .unexpectedEnd),
        .invalid(#""\u1234"#, at: 7, .unexpectedEnd),
        .invalid(#""\u""#, at: 1, .invalidEscape),
        .invalid(#""\u123""#, at: 1, .invalidEscape),
        .invalid(#""\u12g4""#, at: 1, .invalidEscape),
        .invalid(#""\u-123""#, at: 1, .invalidEscape),
        .invalid(#""\u+123""#, at: 1, .invalidEscape),
        .invalid(#""\u 123""#, at: 1, .invalidEscape),
        .invalid(#""\u{41}""#, at: 1, .invalidEscape),
        .invalid(#""\u00é1""#, at: 1, .invalidEscape),
        .invalid(#""\U0041""#, at: 1, .invalidEscape),
        .invalid(#""\x41""#, at: 1, .invalidEscape),
        .invalid(#""\a""#, at: 1, .invalidEscape),
        .invalid(#""\v""#, at: 1, .invalidEscape),
        .invalid(#""\0""#, at: 1, .invalidEscape),
        .invalid(#""\N""#, at: 1, .invalidEscape),
        .invalid(#""\'""#, at: 1, .invalidEscape),
        .invalid(#""ab\ ""#, at: 3, .invalidEscape),
        .invalid("\"\\\n\"", at: 1, .invalidEscape),
        .invalid("\"\\\u{e9}\"", at: 1, .invalidEscape),
        .invalid("'a'", at: 0, .noValue("'")),
        .invalid("`a`", at: 0, .noValue("`")),
        .invalid("\u{201c}a\u{201d}", at: 0, .unexpectedByte(0xe2, expected: "a value")),
        .invalid(#"\"a""#, at: 0, .noValue("\\")),
        .invalid(#"\u0022a""#, at: 0, .noValue("\\")),
        .invalid(#""a"b"#, at: 3, .trailingBytes),
        .invalid(#""a""b""#, at: 3, .trailingBytes),
        // The first fault counts, of whatever kind.
        .invalid(bytes: [0x22, 0xff, 0x5c, 0x71, 0x22], at: 1, .invalidUTF8),
        .invalid(bytes: [0x22, 0xff, 0x0a, 0x22], at: 1, .invalidUTF8),
        .invalid(bytes: [0x22, 0xff], at: 1, .invalidUTF8),
        .invalid(bytes: [0x22, 0x5c, 0x71, 0xff, 0x22], at: 1, .invalidEscape),
        .invalid(bytes: [0x22, 0x0a, 0xff, 0x22], at: 1, .unescapedControlCharacter(0x0a)),
    ]

    /// Below 0x20 all must be escaped; from there on none must.
    static let controlCharacters: [SyntaxCase] = (0..<0x20).map { (byte: UInt8) -> SyntaxCase in
        .invalid(bytes: [0x22, 0x61, byte, 0x22], at: 2, .unescapedControlCharacter(byte))
    }
}
