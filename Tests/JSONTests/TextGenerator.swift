import SeededGenerator

/// Makes JSON texts with every construct of the grammar, and texts that are nearly JSON.
struct TextGenerator {
    private var random: SeededGenerator
    private var text: [UInt8] = []

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// A text that agrees with the grammar; its numbers may be out of range and its names duplicate.
    mutating func valid() -> [UInt8] {
        text = []
        space()
        value(depth: 0)
        space()
        return text
    }

    /// Such a text with a few bytes changed, so that it rarely agrees.
    mutating func mutated() -> [UInt8] {
        var bytes = valid()
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...4, using: &random))
            switch Int.random(in: 0..<6, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.removeSubrange(place...)
            case 2: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 3 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 4 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            default: bytes.insert(contentsOf: random.pick(Self.fragments), at: place)
            }
        }
        return bytes
    }

    /// What breaks parsers when it stands in the wrong place.
    private static let fragments: [[UInt8]] =
        [
            "\"", "\\", "\\u", "\\ud800", "\\udc00", "{", "}", "[", "]", ",", ":", "-", "+", ".", "e", "0", "00", "1e5",
            "9223372036854775808", "null", "true", " ", "\n", "\u{0}", "\u{b}", "//", "/**/", "NaN", "'", "\u{feff}",
            "é",
        ].map { Array($0.utf8) } + [
            [0x80], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff],
        ]

    private mutating func value(depth: Int) {
        switch Int.random(in: 0..<(depth < 5 ? 10 : 7), using: &random) {
        case 0: put("null")
        case 1: put(random.one(in: 2) ? "true" : "false")
        case 2, 3: string()
        case 4...6: number()
        case 7, 8: object(depth: depth + 1)
        default: array(depth: depth + 1)
        }
    }

    private mutating func object(depth: Int) {
        put("{")
        for index in 0..<Int.random(in: 0...4, using: &random) {
            if index > 0 { put(",") }
            space()
            string()
            space()
            put(":")
            space()
            value(depth: depth)
            space()
        }
        put("}")
    }

    private mutating func array(depth: Int) {
        put("[")
        space()
        for index in 0..<Int.random(in: 0...4, using: &random) {
            if index > 0 { put(",") }
            space()
            value(depth: depth)
            space()
        }
        put("]")
    }

    private mutating func number() {
        if random.one(in: 3) { put("-") }
        switch Int.random(in: 0..<4, using: &random) {
        case 0: put("0")
        case 1: put(random.pick(["9223372036854775807", "9223372036854775808", "18446744073709551615"]))
        default: digits(first: 1, upTo: random.one(in: 4) ? 20 : 5)
        }
        if random.one(in: 3) {
            put(".")
            digits(first: 0, upTo: random.one(in: 4) ? 25 : 4)
        }
        if random.one(in: 4) {
            put(random.pick(["e", "E", "e+", "E-", "e-"]))
            digits(first: 0, upTo: random.one(in: 10) ? 4 : 2)
        }
    }

    private mutating func digits(first: UInt8, upTo count: Int) {
        text.append(UInt8.random(in: 0x30 + first...0x39, using: &random))
        for _ in 0..<Int.random(in: 0..<count, using: &random) {
            text.append(UInt8.random(in: 0x30...0x39, using: &random))
        }
    }

    private static let characters: [String] = [
        "a", "b", "z", " ", "/", "{", "]", "\u{7f}", "é", "€", "𝄞", "\u{ffff}", "\u{10ffff}", "\\n", "\\\"", "\\\\",
        "\\/", "\\b", "\\f", "\\r", "\\t", "\\u0000", "\\u0041", "\\uabCD", "\\ud834\\udd1e", "\\uDBFF\\uDFFF",
    ]

    private mutating func string() {
        put("\"")
        for _ in 0..<Int.random(in: 0...6, using: &random) { put(random.pick(Self.characters)) }
        put("\"")
    }

    private mutating func space() {
        guard random.one(in: 4) else { return }
        put(random.pick([" ", "\n", "\t", "\r", "  \r\n"]))
    }

    private mutating func put(_ string: String) {
        text += Array(string.utf8)
    }
}
