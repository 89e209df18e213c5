/// Cuts a stream of bytes into lines that end with LF.
struct LineReader: Sendable {
    private var partial: [UInt8] = []

    /// Adds what was received.
    ///
    /// - Returns: the lines that are complete now, without their LF; empty ones are left out.
    mutating func lines(adding bytes: Span<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for index in bytes.indices {
            let byte = bytes[index]
            if byte != UInt8(ascii: "\n") {
                partial.append(byte)
            } else if !partial.isEmpty {
                lines.append(partial)
                partial.removeAll()
            }
        }
        return lines
    }
}
