/// How often something took how long.
struct Histogram: Sendable, Hashable {
    /// The upper bounds of all buckets but the last, in nanoseconds: from 10 µs to 100 s, two to a decade. An answer from memory
    /// is in the first bucket, a downtime that a guest's peers notice in the middle, the default deadline in the last but one.
    static let bounds: [UInt64] = [
        10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000, 30_000_000, 100_000_000, 300_000_000,
        1_000_000_000, 3_000_000_000, 10_000_000_000, 30_000_000_000, 100_000_000_000,
    ]

    /// How many were at most as long as the bound of the same index, and longer than the one before; the last, longer than all.
    private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)

    /// The sum of all, in nanoseconds.
    private(set) var total: UInt64 = 0

    /// Adds a duration, in nanoseconds.
    mutating func add(_ nanoseconds: UInt64) {
        var index = 0
        while index < Self.bounds.count, nanoseconds > Self.bounds[index] { index += 1 }
        counts[index] += 1
        total &+= nanoseconds
    }
}
