/// Little-endian fields of a configuration space, which may end before the last one.
struct ConfigurationFields {
    private let bytes: [UInt8]
    private let features: Features

    init(_ bytes: [UInt8], features: Features) {
        self.bytes = bytes
        self.features = features
    }

    /// The field at this offset, or nil when it is not wholly there.
    func integer<Integer: FixedWidthInteger>(at offset: Int) -> Integer? {
        let size = Integer.bitWidth / 8
        guard offset + size <= bytes.count else { return nil }
        return (0..<size).reduce(0) { $0 | Integer(bytes[offset + $1]) << Integer($1 * 8) }
    }

    /// The same, only if one of these bits is set.
    func integer<Integer: FixedWidthInteger>(at offset: Int, with bits: Int...) -> Integer? {
        guard bits.contains(where: { features.contains(Features(bit: $0)) }) else { return nil }
        return integer(at: offset)
    }

    /// Where the last field ends that one of these features makes valid.
    ///
    /// - Parameters:
    ///   - fields: The ends of fields, and the features of which each needs one.
    ///   - features: The features that there are.
    ///   - least: The end of the fields that need none.
    /// - Returns: The offset behind the last of these fields.
    static func end(of fields: [(end: Int, bits: [Int])], for features: Features, least: Int) -> Int {
        fields.filter { field in field.bits.contains { features.contains(Features(bit: $0)) } }
            .map(\.end).reduce(least, max)
    }
}
