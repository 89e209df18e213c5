internal import Virtio

/// With MQ the control queue comes after all pairs that the device has (virtio 1.3 §5.1.2), so its place depends on their
/// number.
enum QueuePairsRule: CheckRule {
    static let field = CheckField.queuePairs
    static let features = Features.Net.severalPairs

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .net else { return nil }
        let target = question.target
        let wanted = question.net?.maximumQueuePairs
        let present = target.configuration?.net?.maximumQueuePairs
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: present.map { "\($0)" })
        }
        guard question.mayUse(features) else {
            return found(.ok, "the driver has accepted neither MQ nor RSS, so it uses one pair")
        }
        guard question.mayUse(Features.Net.controlQueue) else {
            return found(.ok, "the driver has not accepted CTRL_VQ, so it uses one pair")
        }
        guard let wanted else { return found(.unknown, "the document does not have the number of pairs") }
        if target.canChoose(.maxQueuePairs) {
            if let most = target.queueCount, UInt64(wanted) * 2 > UInt64(most) {
                return found(.blocking, "\(target.name) makes devices of at most \(most) queues")
            }
            var finding = found(.adaptable, "a device is created with as many pairs")
            finding.parameters = question.parameters { $0.maximumQueuePairs = wanted }
            return finding
        }
        guard let present else {
            return found(
                .unknown,
                "it is not known how many pairs \(target.maker == nil ? "" : "a device of ")\(target.name) has")
        }
        if present == wanted { return found(.ok, "it has as many pairs") }
        if present < wanted { return found(.blocking, "the driver may use more pairs") }
        return found(.blocking, "it has more pairs, so that its control queue has another place")
    }
}
