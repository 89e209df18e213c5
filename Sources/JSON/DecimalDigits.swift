/// The digits of a number as they are read: `significand` times ten to the power of `exponent`.
struct DecimalDigits {
    private(set) var significand: UInt64 = 0
    private(set) var overflows = false
    var exponent = 0

    /// One more digit on the right.
    mutating func append(_ digit: UInt8) {
        let (tenfold, first) = significand.multipliedReportingOverflow(by: 10)
        let (sum, second) = tenfold.addingReportingOverflow(UInt64(digit))
        overflows = overflows || first || second
        significand = sum
    }

    /// Applies a written exponent. One too large for this type leaves the decision to the exact conversion.
    mutating func add(exponent written: DecimalDigits, isNegative: Bool) {
        guard !written.overflows, let magnitude = Int(exactly: written.significand), magnitude < 1_000_000 else {
            overflows = true
            return
        }
        exponent += isNegative ? -magnitude : magnitude
    }

    /// The number as an integer, or nil when neither Int64 nor UInt64 holds it.
    func integer(isNegative: Bool) -> JSONValue? {
        guard !overflows else { return nil }
        guard isNegative else { return JSONValue(significand) }
        guard significand <= Int64.min.magnitude else { return nil }
        return .integer(Int64(truncatingIfNeeded: 0 &- significand))
    }

    /// The double, where significand and power of ten are both exact doubles, so that one operation rounds correctly
    /// (Clinger, "How to read floating point numbers accurately", 1990); else nil.
    func exactDouble(isNegative: Bool) -> Double? {
        guard !overflows, significand <= 1 << 53, exponent.magnitude < powersOfTen.count else { return nil }
        let magnitude = Double(significand)
        let power = powersOfTen[Int(exponent.magnitude)]
        let value = exponent < 0 ? magnitude / power : magnitude * power
        return isNegative ? -value : value
    }
}

private let powersOfTen: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
]
