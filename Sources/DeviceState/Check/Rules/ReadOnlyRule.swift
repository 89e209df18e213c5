internal import Virtio

/// A driver that writes cannot decline RO: a read-only device refuses its writes.
enum ReadOnlyRule: CheckRule {
    static let field = CheckField.readOnly

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        guard let features = question.target.features else {
            return CheckFinding(.unknown, "it is not known whether \(question.target.name) is read-only")
        }
        guard features.contains(Features.Block.readOnly) else { return CheckFinding(.ok, "it takes writes") }
        if question.negotiated?.contains(Features.Block.readOnly) == true {
            return CheckFinding(.ok, "both are read-only")
        }
        return CheckFinding(.blocking, "\(question.target.name) refuses the guest's writes")
    }
}
