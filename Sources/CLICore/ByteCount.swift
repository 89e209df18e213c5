internal import ArgumentParser

/// An amount of memory as people write it: a number with K, M, G or T for powers of 1024, or `unlimited`.
struct ByteCount: Sendable, Hashable {
    static let unlimited = ByteCount(bytes: .max)

    private static let suffixes: [(letter: Character, shift: UInt64)] = [("T", 40), ("G", 30), ("M", 20), ("K", 10)]

    /// The largest value means no limit, as for setrlimit(2).
    var bytes: UInt64
}

extension ByteCount: ExpressibleByArgument {
    init?(argument: String) {
        guard argument != "unlimited" else {
            self = .unlimited
            return
        }
        let suffix = Self.suffixes.first { argument.uppercased().hasSuffix(String($0.letter)) }
        guard let number = UInt64(suffix == nil ? argument[...] : argument.dropLast()) else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: 1 << (suffix?.shift ?? 0))
        guard !overflow, bytes != .max else { return nil }
        self.bytes = bytes
    }
}

extension ByteCount: CustomStringConvertible {
    /// In the largest unit that divides it.
    var description: String {
        guard self != .unlimited else { return "unlimited" }
        let suffix = Self.suffixes.first { bytes >= 1 << $0.shift && bytes % (1 << $0.shift) == 0 }
        guard let suffix else { return "\(bytes)" }
        return "\(bytes >> suffix.shift)\(suffix.letter)"
    }
}
