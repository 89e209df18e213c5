internal import Virtio

enum StatusRule: CheckRule {
    static let field = CheckField.status

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard let mask = question.standard.status, let status = DeviceStatus(mask) else {
            return CheckFinding(.unknown, "the document does not have the status").asAdvice
        }
        let state = HexadecimalNumber(mask.value).description
        for (bit, name) in [(DeviceStatus.failed, "FAILED"), (.needsReset, "NEEDS_RESET")] where status.contains(bit) {
            return CheckFinding(.blocking, "a device with \(name) has no state to go on from", state: state)
        }
        return CheckFinding(.ok, "the device neither failed nor needs a reset", state: state)
    }
}
