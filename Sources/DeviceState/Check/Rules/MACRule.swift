internal import Virtio

enum MACRule: CheckRule {
    static let field = CheckField.mac

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .net else { return nil }
        let target = question.target
        let wanted = question.net?.macAddress
        let present = target.configuration?.net?.macAddress
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted?.description, target: present?.description)
        }
        guard question.mayUse(Features.Net.mac) else {
            return found(.ok, "the driver has not accepted MAC, so it has an address of its own")
        }
        guard let wanted else { return found(.unknown, "the document does not have the address") }
        if wanted.objection != nil {
            return found(.ok, "the source has no address of its own, so the VMM has given one")
        }
        if present == wanted { return found(.ok, "the address is the same") }
        if target.canChoose(.mac) {
            var finding = found(.adaptable, "a device is created with the address")
            finding.parameters = question.parameters { $0.mac = wanted }
            return finding
        }
        if target.maker != nil { return found(.blocking, "\(target.name) gives a device no address") }
        guard present != nil else { return found(.unknown, "it is not known which address \(target.name) has") }
        return found(.blocking, "the guest would keep an address that \(target.name) does not have")
    }
}
