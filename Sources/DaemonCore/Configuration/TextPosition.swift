/// A place in a text, as editors count: line and column from 1, the column in characters (Unicode scalars).
struct TextPosition: Sendable, Hashable {
    var line = 1
    var column = 1

    /// The place behind so many bytes of a UTF-8 text.
    init(offset: Int, in text: Span<UInt8>) {
        for index in 0..<min(offset, text.count) { advance(over: text[index]) }
    }

    private init() {}

    /// The places behind these numbers of bytes, each of which is at least the one before it.
    static func positions(ofAscending offsets: [Int], in text: Span<UInt8>) -> [TextPosition] {
        var position = TextPosition()
        var next = 0
        return offsets.map { offset in
            while next < min(offset, text.count) {
                position.advance(over: text[next])
                next += 1
            }
            return position
        }
    }

    private mutating func advance(over byte: UInt8) {
        if byte == 0x0a {
            line += 1
            column = 1
        } else if byte & 0xc0 != 0x80 {
            column += 1
        }
    }
}
