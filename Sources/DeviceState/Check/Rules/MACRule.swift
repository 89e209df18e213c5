internal import Virtio

enum MACRule: CheckRule {
    static let field = CheckField.mac
    static let features = Features.Net.mac

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
            return unaddressed(target, present, found)
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

    /// A VMM gives the guest an address of its own choice only where the device has none.
    private static func unaddressed(
        _ target: TargetFacts, _ present: MACAddress?, _ found: (CheckVerdict, String) -> CheckFinding
    ) -> CheckFinding {
        guard target.maker != nil || target.configuration?.net != nil else {
            return found(.unknown, "it is not known which address \(target.name) has")
        }
        if let present, present.objection == nil {
            return found(.unknown, "the VMM has given the guest an address, and \(target.name) has one of its own")
        }
        return found(.ok, "the source has no address of its own, so the VMM has given one")
    }
}
