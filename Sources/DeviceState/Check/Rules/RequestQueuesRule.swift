internal import Virtio

enum RequestQueuesRule: CheckRule {
    static let field = CheckField.requestQueues
    static let features = Features.Block.multiqueue

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        let wanted = question.block?.queues
        let present = question.target.configuration?.block?.queues
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: present.map { "\($0)" })
        }
        guard question.mayUse(Features.Block.multiqueue) else {
            return found(.ok, "the driver has not accepted MQ, so it uses one queue")
        }
        guard let wanted else { return found(.unknown, "the document does not have the number of request queues") }
        guard let present else { return found(.unknown, "only the device itself tells its number of request queues") }
        if present >= wanted { return found(.ok, "it has as many request queues") }
        return found(.blocking, "the driver may use more request queues")
    }
}
