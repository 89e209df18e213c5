/// Cuts a stream of bytes into lines that end with LF.
struct LineReader: Sendable {
    private var partial: [UInt8] = []

    /// Adds what was received.
    ///
    /// - Returns: the lines that are complete now, without their LF; empty ones are left out.
    mutating func lines(adding bytes: Span<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var start = 0
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            add(bytes.extracting(start..<index))
            start = index + 1
            guard !partial.isEmpty else { continue }
            lines.append(partial)
            partial = []
        }
        add(bytes.extracting(start..<bytes.count))
        return lines
    }

    private mutating func add(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { unsafe partial.append(contentsOf: $0) }
    }
}
