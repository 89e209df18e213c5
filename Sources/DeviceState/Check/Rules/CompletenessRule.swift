/// A running device has no positions yet, and a VMM carries those of a device that it owns: so what is missing keeps nobody
/// from asking before anything is stopped. What nobody can tell of a queue, nobody can restore.
enum CompletenessRule: CheckRule {
    static let field = CheckField.completeness

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let missing = question.state.completeness.missing
        guard !missing.isEmpty else { return CheckFinding(.ok, "the document is complete").asAdvice }
        let lost = missing.filter { $0.supplier == .nobody && concernsDriver($0.part, question) }
        if let first = lost.first {
            return CheckFinding(.blocking, "nobody can supply \(first.part): \(first.reason)")
        }
        let parts = missing.map { "\($0.part) (\($0.supplier.rawValue))" }.joined(separator: ", ")
        return CheckFinding(.unknown, "a restore needs what is missing, from whom it can be had: \(parts)").asAdvice
    }

    /// Whether a part is of a queue that the driver may use.
    private static func concernsDriver(_ part: String, _ question: CheckQuestion) -> Bool {
        let queues = "standard.queues"
        guard part.hasPrefix(queues) else { return false }
        guard let index = UInt32(part.dropFirst(queues.count + 1).prefix { $0 != "]" }),
            question.negotiated != nil, let inUse = question.queuesInUse
        else { return true }
        return index < inUse
    }
}
