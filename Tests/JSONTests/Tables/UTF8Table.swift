import JSON

/// RFC 3629: sequences at the edges of what is well formed, and all the ways in which they are not.
enum UTF8Table {
    static let cases = wellFormed + inStrings(malformed) + continuations + truncations + outsideStrings

    /// The first and the last sequence of each row of Unicode's table 3-7.
    static let wellFormed: [SyntaxCase] = [
        "\u{20}", "\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{fff}", "\u{1000}", "\u{cfff}", "\u{d000}", "\u{d7ff}",
        "\u{e000}", "\u{ffff}", "\u{10000}", "\u{3ffff}", "\u{40000}", "\u{fffff}", "\u{100000}", "\u{10ffff}",
    ].map { SyntaxCase.valid("\"\($0)\"", .string($0)) }

    private static let malformed: [[UInt8]] = [
        // Continuations without a beginning.
        [0x80], [0x8f], [0x90], [0x9f], [0xa0], [0xbf],
        // Bytes that are in no sequence.
        [0xc0], [0xc1], [0xf5], [0xf6], [0xf7], [0xf8], [0xfb], [0xfc], [0xfd], [0xfe], [0xff],
        // Overlong: '/' and the largest of each length.
        [0xc0, 0xaf], [0xc0, 0x80], [0xc1, 0xbf],
        [0xe0, 0x80, 0x80], [0xe0, 0x80, 0xaf], [0xe0, 0x9f, 0xbf],
        [0xf0, 0x80, 0x80, 0x80], [0xf0, 0x80, 0x80, 0xaf], [0xf0, 0x8f, 0xbf, 0xbf],
        [0xf8, 0x80, 0x80, 0x80, 0xaf], [0xfc, 0x80, 0x80, 0x80, 0x80, 0xaf],
        // Surrogates: the first and last of either kind, and a pair as CESU-8 has it.
        [0xed, 0xa0, 0x80], [0xed, 0xaf, 0xbf], [0xed, 0xb0, 0x80], [0xed, 0xbf, 0xbf],
        [0xed, 0xa0, 0xb4, 0xed, 0xb4, 0x9e],
        // Above U+10FFFF.
        [0xf4, 0x90, 0x80, 0x80], [0xf4, 0xbf, 0xbf, 0xbf], [0xf5, 0x80, 0x80, 0x80], [0xf7, 0xbf, 0xbf, 0xbf],
        [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfd, 0xbf, 0xbf, 0xbf, 0xbf, 0xbf],
        // A beginning in the place of a continuation.
        [0xc3, 0xc3, 0xa9], [0xe2, 0xe2, 0x82, 0xac], [0xe2, 0x82, 0xe2, 0x82, 0xac], [0xf0, 0x9d, 0xc3, 0xa9],
        [0xf0, 0x9d, 0x84, 0xf0, 0x9d, 0x84, 0x9e],
        // The words of other encodings: latin-1 'é', UTF-16 'a'.
        [0xe9], [0xfe, 0xff, 0x00, 0x61],
    ]

    /// Each sequence in a string, with and without an escape before it.
    private static func inStrings(_ sequences: [[UInt8]]) -> [SyntaxCase] {
        sequences.flatMap { sequence in
            ["[\"ab", "[\"a\\n"].map { before in
                let text = Array(before.utf8) + sequence + Array("c\"]".utf8)
                return SyntaxCase.invalid(bytes: text, at: before.utf8.count, .invalidUTF8)
            }
        }
    }

    /// A lone continuation at each position of a text with characters of every length.
    private static let continuations: [SyntaxCase] = {
        let content = Array("aé€𝄞".utf8)
        let boundaries = [0, 1, 3, 6, 10]
        return boundaries.map { boundary in
            let text = [0x22] + content[..<boundary] + [0x80] + content[boundary...] + [0x22]
            return SyntaxCase.invalid(bytes: text, at: 1 + boundary, .invalidUTF8)
        }
    }()

    /// Each proper beginning of a sequence, before a character, before the quotation mark and before the end.
    private static let truncations: [SyntaxCase] = ["é", "€", "𝄞", "\u{10ffff}"].flatMap { character in
        let sequence = Array(character.utf8)
        return (1..<sequence.count).flatMap { length in
            ["x\"", "\"", ""].map { after in
                let text = [0x22, 0x61] + sequence[..<length] + Array(after.utf8)
                return SyntaxCase.invalid(bytes: text, at: 2, .invalidUTF8)
            }
        }
    }

    /// Outside strings no byte above 0x7f may stand at all.
    private static let outsideStrings: [SyntaxCase] = [
        .invalid(bytes: [0x80], at: 0, .unexpectedByte(0x80, expected: "a value")),
        .invalid(bytes: [0xff], at: 0, .unexpectedByte(0xff, expected: "a value")),
        .invalid(bytes: [0x31, 0x80], at: 1, .trailingBytes),
        .invalid(bytes: [0x5b, 0xc3, 0xa9, 0x5d], at: 1, .unexpectedByte(0xc3, expected: "a value")),
        .invalid(bytes: [0x5b, 0x31, 0xc2, 0xa0, 0x5d], at: 2, .unexpectedByte(0xc2, expected: "',' or ']'")),
        .invalid(bytes: [0x7b, 0xe2, 0x80, 0xa8, 0x7d], at: 1, .unexpectedByte(0xe2, expected: "a member's name")),
        // UTF-16 and UTF-32, with and without their marks.
        .invalid(bytes: [0xfe, 0xff, 0x00, 0x31], at: 0, .unexpectedByte(0xfe, expected: "a value")),
        .invalid(bytes: [0xff, 0xfe, 0x31, 0x00], at: 0, .unexpectedByte(0xff, expected: "a value")),
        .invalid(bytes: [0x00, 0x31], at: 0, .unexpectedByte(0x00, expected: "a value")),
        .invalid(bytes: [0x31, 0x00], at: 1, .trailingBytes),
        .invalid(bytes: [0x00, 0x00, 0x00, 0x31], at: 0, .unexpectedByte(0x00, expected: "a value")),
    ]
}
