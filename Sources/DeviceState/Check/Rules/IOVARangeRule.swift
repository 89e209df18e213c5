internal import Virtio

/// The document says what the source can reach, not what the guest has mapped: a smaller range may still do.
enum IOVARangeRule: CheckRule {
    static let field = CheckField.iovaRange

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let wanted = question.standard.iovaRange
        let known = question.target.witnessed(\.iovaRange)
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map(text), target: known.map { text($0.value) })
        }
        guard let wanted else {
            return found(.unknown, "the document does not have the range of I/O virtual addresses")
        }
        guard let known else {
            return found(.unknown, "only an open descriptor tells which addresses \(question.target.name) reaches")
        }
        if known.value.contains(wanted) { return found(.ok, "it reaches every address\(known.source)") }
        guard known.value.first <= wanted.last, wanted.first <= known.value.last else {
            return found(.blocking, "no address can be mapped on both\(known.source)")
        }
        return found(
            .unknown, "it reaches fewer addresses\(known.source), and the document does not say which are mapped")
    }

    private static func text(_ range: AddressRange) -> String {
        "0x\(String(range.first, radix: 16)) to 0x\(String(range.last, radix: 16))"
    }
}
