internal import Virtio

enum ReceiveSideScalingRule: CheckRule {
    static let field = CheckField.receiveSideScaling

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .net else { return nil }
        let features: Features = [Features.Net.receiveSideScaling, Features.Net.hashReport]
        guard question.mayUse(features) else {
            return CheckFinding(.ok, "the driver has accepted neither RSS nor HASH_REPORT")
        }
        let name = question.target.name
        guard let wanted = question.net, wanted.supportedHashTypes != nil else {
            return CheckFinding(.unknown, "the document does not have the limits of RSS")
        }
        let present = question.target.configuration?.net
        let state = text(wanted)
        guard let present, present.supportedHashTypes != nil else {
            return CheckFinding(.unknown, "it is not known which limits \(name) has", state: state)
        }
        let lacking = (wanted.supportedHashTypes ?? 0) & ~(present.supportedHashTypes ?? 0)
        guard lacking == 0, (wanted.maximumRSSKeySize ?? 0) <= (present.maximumRSSKeySize ?? 0),
            (wanted.maximumRSSTableLength ?? 0) <= (present.maximumRSSTableLength ?? 0)
        else {
            return CheckFinding(
                .blocking, "the driver may have set what \(name) does not take", state: state, target: text(present))
        }
        return CheckFinding(.ok, "its limits are not lower", state: state, target: text(present))
    }

    private static func text(_ configuration: NetworkConfiguration) -> String {
        let key = configuration.maximumRSSKeySize ?? 0
        let table = configuration.maximumRSSTableLength ?? 0
        return "key \(key), table \(table), types 0x\(String(configuration.supportedHashTypes ?? 0, radix: 16))"
    }
}
