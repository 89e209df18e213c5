internal import Virtio

enum ReceiveSideScalingRule: CheckRule {
    static let field = CheckField.receiveSideScaling
    static let features: Features = [
        Features.Net.receiveSideScaling, Features.Net.hashReport, Features.Net.hashTunnel,
    ]

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .net else { return nil }
        guard question.mayUse(features) else {
            return CheckFinding(.ok, "the driver has accepted none of RSS, HASH_REPORT and HASH_TUNNEL")
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
        // Only RSS has a table, and only HASH_TUNNEL types of tunnels, whatever else the device offers.
        let table = question.mayUse(Features.Net.receiveSideScaling) ? wanted.maximumRSSTableLength ?? 0 : 0
        let tunnels = question.mayUse(Features.Net.hashTunnel) ? wanted.supportedTunnelTypes ?? 0 : 0
        guard lacking == 0, tunnels & ~(present.supportedTunnelTypes ?? 0) == 0,
            (wanted.maximumRSSKeySize ?? 0) <= (present.maximumRSSKeySize ?? 0),
            table <= (present.maximumRSSTableLength ?? 0)
        else {
            return CheckFinding(
                .blocking, "the driver may have set what \(name) does not take", state: state, target: text(present))
        }
        return CheckFinding(.ok, "its limits are not lower", state: state, target: text(present))
    }

    private static func text(_ configuration: NetworkConfiguration) -> String {
        let key = configuration.maximumRSSKeySize ?? 0
        let table = configuration.maximumRSSTableLength ?? 0
        let tunnels = configuration.supportedTunnelTypes.map { ", tunnels 0x\(String($0, radix: 16))" } ?? ""
        return
            "key \(key), table \(table), types 0x\(String(configuration.supportedHashTypes ?? 0, radix: 16))\(tunnels)"
    }
}
