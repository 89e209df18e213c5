/// Cuts bytes into pieces of 1 to 64, the same ones for the same seed; with 0 every byte is alone.
func pieces(of bytes: [UInt8], seed: UInt8) -> [[UInt8]] {
    var state = UInt32(seed) &* 2_654_435_761 | 1
    var pieces: [[UInt8]] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        // Marsaglia's xorshift.
        state ^= state << 13
        state ^= state >> 17
        state ^= state << 5
        let piece = rest.prefix(seed == 0 ? 1 : 1 + Int(state % 64))
        pieces.append(Array(piece))
        rest = rest.dropFirst(piece.count)
    }
    return pieces
}
