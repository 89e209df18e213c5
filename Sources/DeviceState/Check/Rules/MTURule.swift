internal import Virtio

enum MTURule: CheckRule {
    static let field = CheckField.mtu
    static let features = Features.Net.mtu

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .net else { return nil }
        let target = question.target
        let wanted = question.net?.mtu
        let present = target.configuration?.net?.mtu
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: present.map { "\($0)" })
        }
        guard question.mayUse(Features.Net.mtu) else { return found(.ok, "the driver has not accepted MTU") }
        guard let wanted else { return found(.unknown, "the document does not have the MTU") }
        if target.canChoose(.mtu), wanted >= 68 {
            var finding = found(.adaptable, "a device is created with the MTU")
            finding.parameters = question.parameters { $0.mtu = wanted }
            return finding
        }
        guard let present else {
            return found(
                .unknown, "it is not known which MTU \(target.maker == nil ? "" : "a device of ")\(target.name) has")
        }
        if present == wanted { return found(.ok, "the MTU is the same") }
        return found(
            .blocking,
            present < wanted ? "the guest would send packets that are too large" : "the guest was told a smaller MTU")
    }
}
