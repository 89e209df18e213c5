internal import ArgumentParser

/// A time as people write it: a whole number with `ms`, `s`, `m` or `h`.
struct HoldDuration: Sendable, Hashable {
    /// The contract's range of `holdMs`.
    private static let range: ClosedRange<UInt32> = 1...86_400_000
    private static let units: [(suffix: String, milliseconds: UInt32)] = [
        ("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000),
    ]

    var milliseconds: UInt32
}

extension HoldDuration: ExpressibleByArgument {
    init?(argument: String) {
        guard let unit = Self.units.first(where: { argument.hasSuffix($0.suffix) }),
            let number = UInt32(argument.dropLast(unit.suffix.count))
        else { return nil }
        let (milliseconds, overflow) = number.multipliedReportingOverflow(by: unit.milliseconds)
        guard !overflow, Self.range.contains(milliseconds) else { return nil }
        self.milliseconds = milliseconds
    }
}
