import Testing

@testable import JSONRPC

/// What a framer makes of chunks: lines as text, `!` for one that was too long.
private func lines(of chunks: [String], limit: Int = 8) -> [String] {
    var framer = LineFramer(maximumLineBytes: limit)
    var lines: [String] = []
    for chunk in chunks {
        let bytes = Array(chunk.utf8)
        var position = 0
        while let event = framer.next(in: bytes.span, from: &position) {
            switch event {
            case .line(let range): lines.append(String(decoding: bytes[range], as: UTF8.self))
            case .lineInPartial: lines.append(String(decoding: framer.partial, as: UTF8.self))
            case .overlongLine: lines.append("!")
            }
        }
    }
    if framer.isInsideLine {
        lines.append("…")
    }
    return lines
}

@Suite struct LineFramerTests {
    @Test(arguments: [
        (["a\n"], ["a"]),
        (["a\nbc\n"], ["a", "bc"]),
        (["a"], ["…"]),
        (["a", "b", "\n"], ["ab"]),
        (["a", "b\nc"], ["ab", "…"]),
        (["\n\n"], ["", ""]),
        (["", "a", "", "\n"], ["a"]),
        (["12345678\n"], ["12345678"]),
        (["123456789\n"], ["!"]),
        (["1234", "5678", "\n1\n"], ["12345678", "1"]),
        (["1234", "56789", "\n1\n"], ["!", "1"]),
        (["1234", "56789\n1\n"], ["!", "1"]),
        (["123456789", "123456789", "12"], ["…"]),
        (["123456789", "x\n", "y\n"], ["!", "y"]),
        (["1234567", "\n", "\n"], ["1234567", ""]),
    ])
    func cutsLines(chunks: [String], expected: [String]) {
        #expect(lines(of: chunks) == expected)
    }

    @Test(arguments: 0..<40)
    func findsTheLineFeedAtEveryOffset(offset: Int) {
        var bytes = [UInt8](repeating: 0x0b, count: 40)
        bytes[offset] = 0x0a
        #expect(bytes.span.firstLineFeed(from: 0) == offset)
        #expect(bytes.span.firstLineFeed(from: offset) == offset)
        #expect(bytes.span.firstLineFeed(from: offset + 1) == nil)
    }

    @Test(arguments: UInt8.min...UInt8.max)
    func takesNoOtherByteForALineFeed(byte: UInt8) {
        let bytes = [UInt8](repeating: byte, count: 17)
        #expect(bytes.span.firstLineFeed(from: 0) == (byte == 0x0a ? 0 : nil))
    }
}
