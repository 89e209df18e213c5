/// A place in a text, as editors count: line and column from 1, the column in characters (Unicode scalars).
struct TextPosition: Sendable, Hashable {
    var line: Int
    var column: Int

    /// The place behind so many bytes of a UTF-8 text.
    init(offset: Int, in text: Span<UInt8>) {
        line = 1
        column = 1
        for index in 0..<min(offset, text.count) {
            let byte = text[index]
            if byte == 0x0a {
                line += 1
                column = 1
            } else if byte & 0xc0 != 0x80 {
                column += 1
            }
        }
    }
}
