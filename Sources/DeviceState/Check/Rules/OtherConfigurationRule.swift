internal import Virtio

/// Which fields of a class that vdpad does not decode may differ, it does not know; and such a device (a file system with
/// open files, a session of a crypto device) has a state of its own, which only a section of its implementation holds.
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
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: "\(wanted)", target: "\(present)")
        }
        guard wanted == present else {
            return found(.unknown, "it is not known which bytes of class \(question.deviceClass) may differ")
        }
        let understood = Set(question.target.implementationFormats)
        guard question.state.implementation.contains(where: { understood.contains($0.format) }) else {
            return found(
                .unknown,
                "every byte is the same, but what a \(question.deviceClass) device keeps inside is not in the document")
        }
        return found(.ok, "every byte is the same")
    }
}
