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
        // The source refused writes too, whether its driver has accepted RO or not.
        guard let known = question.offered ?? question.negotiated else {
            return CheckFinding(
                .unknown, "\(question.target.name) is read-only, and it is not known whether the source was")
        }
        if known.contains(Features.Block.readOnly) { return CheckFinding(.ok, "both are read-only") }
        return CheckFinding(.blocking, "\(question.target.name) refuses the guest's writes")
    }
}
