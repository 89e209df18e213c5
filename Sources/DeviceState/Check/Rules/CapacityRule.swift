internal import Virtio

enum CapacityRule: CheckRule {
    static let field = CheckField.capacity

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        let wanted = question.block?.capacity
        let present = question.target.configuration?.block?.capacity
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(
                verdict, reason, state: wanted.map { "\($0) sectors" }, target: present.map { "\($0) sectors" })
        }
        guard let wanted else { return found(.unknown, "the document does not have the capacity") }
        guard let present else {
            return found(
                .unknown, "only the device itself tells its capacity, which is not chosen when it is created")
        }
        if present == wanted { return found(.ok, "the capacity is the same") }
        return found(.blocking, "a disk of another size is not the same disk")
    }
}
