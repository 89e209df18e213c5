internal import Virtio

enum RingFormatRule: CheckRule {
    static let field = CheckField.ringFormat

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let formats = Set(question.standard.queues.compactMap { $0.format ?? $0.position?.format })
        let wanted: RingFormat? =
            if formats.contains(.packed) { .packed } else if !formats.isEmpty { .split } else {
                question.negotiated.map { RingFormat(negotiated: $0) }
            }
        let takesPacked = question.target.features?.contains(.ringPacked)
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(
                verdict, reason, state: wanted?.rawValue,
                target: takesPacked.map { $0 ? "split, packed" : "split" })
        }
        switch (wanted, takesPacked) {
        case (.split, _): return found(.ok, "every device takes split rings")
        case (_, true): return found(.ok, "it takes packed rings")
        case (.packed, false): return found(.blocking, "\(question.target.name) does not offer RING_PACKED")
        case (.packed, nil):
            return found(.unknown, "it is not known whether \(question.target.name) takes packed rings")
        case (nil, _): return found(.unknown, "the document does not say which format the rings have")
        }
    }
}
