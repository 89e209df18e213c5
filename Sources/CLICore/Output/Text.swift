/// Nanoseconds as milliseconds with three decimals, rounded down.
func milliseconds(_ nanoseconds: UInt64) -> String {
    let micros = nanoseconds / 1_000
    let fraction = String(micros % 1_000)
    return "\(micros / 1_000).\(String(repeating: "0", count: 3 - fraction.utf8.count))\(fraction) ms"
}

extension Bool {
    var yesNo: String { self ? "yes" : "no" }
}
