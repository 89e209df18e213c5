/// The bits of a mask and their names.
struct BitNames: Sendable {
    private let names: [Int: String]

    init(_ names: [Int: String]) {
        self.names = names
    }

    /// The names of the bits that are set and known, lowest first.
    func names(in mask: UInt64) -> [String] {
        mask.setBits.compactMap { names[$0] }
    }

    /// The bits that are set and have no name, lowest first.
    func unknownBits(in mask: UInt64) -> [Int] {
        mask.setBits.filter { names[$0] == nil }
    }

    /// The bit with this name.
    func bit(named name: String) -> Int? {
        names.first { $0.value == name }?.key
    }

    /// These names, and those of `other` for bits without one here.
    func merging(_ other: BitNames) -> BitNames {
        BitNames(names.merging(other.names) { own, _ in own })
    }
}

extension UInt64 {
    /// The numbers of the bits that are set, lowest first.
    var setBits: [Int] {
        (0..<UInt64.bitWidth).filter { self & 1 << UInt64($0) != 0 }
    }

    /// Lower-case hexadecimal with `0x` and no leading zeros.
    var hexadecimal: String {
        "0x" + String(self, radix: 16)
    }
}
