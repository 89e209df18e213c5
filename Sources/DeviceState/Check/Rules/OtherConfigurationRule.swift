internal import Virtio

/// Which fields of a class that vdpad does not decode may differ, it does not know.
enum OtherConfigurationRule: CheckRule {
    static let field = CheckField.otherConfiguration

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass != .net, question.deviceClass != .block else { return nil }
        guard let wanted = question.standard.configuration?.raw else {
            return CheckFinding(.unknown, "the document does not have the configuration")
        }
        guard let present = question.target.configuration?.raw else {
            return CheckFinding(
                .unknown, "the configuration of \(question.target.name) is not known", state: "\(wanted)")
        }
        let isSame = wanted == present
        return CheckFinding(
            isSame ? .ok : .unknown,
            isSame
                ? "every byte is the same" : "it is not known which bytes of class \(question.deviceClass) may differ",
            state: "\(wanted)", target: "\(present)")
    }
}
