internal import Virtio

/// What a device says of its link is so for the moment, and a driver heeds every change.
enum LinkRule: CheckRule {
    static let field = CheckField.link

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .net else { return nil }
        let (source, target) = (question.net, question.target.configuration?.net)
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: source.flatMap(text), target: target.flatMap(text)).asAdvice
        }
        guard let source, let target, text(source) != nil, text(target) != nil else {
            return found(.ok, "the driver heeds what the link is there")
        }
        if target.isLinkUp == false, source.isLinkUp != false {
            return found(.unknown, "the link of \(question.target.name) is down")
        }
        return found(.ok, text(source) == text(target) ? "the link is the same" : "the driver is told of the change")
    }

    private static func text(_ configuration: NetworkConfiguration) -> String? {
        let parts = [
            configuration.isLinkUp.map { $0 ? "up" : "down" }, configuration.speed.map { "\($0) Mbit/s" },
            configuration.duplex.map { "duplex \($0)" },
        ].compactMap(\.self)
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
