internal import DeviceState

extension NamedMask {
    /// The value, the names of its bits and the numbers of those without a name.
    var text: String {
        let digits = String(value, radix: 16)
        let padded = digits.utf8.count == 1 ? "0" + digits : digits
        return (["0x\(padded)"] + names + unknownBits.map { "bit\($0)" }).joined(separator: " ")
    }
}
