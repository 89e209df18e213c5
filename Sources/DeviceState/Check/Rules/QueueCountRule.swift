internal import Virtio

enum QueueCountRule: CheckRule {
    static let field = CheckField.queueCount

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let wanted = needed(question)
        let present = question.target.queueCount
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: present.map { "\($0)" })
        }
        guard let wanted else { return found(.unknown, "the document does not have the number of queues") }
        guard let present else {
            return found(.unknown, "it is not known how many queues \(question.target.name) can have")
        }
        if present >= wanted { return found(.ok, "it has every queue that the driver may use") }
        return found(.blocking, "the driver may use more queues")
    }

    /// The queues that the driver may use: those before the last one that its features allow.
    private static func needed(_ question: CheckQuestion) -> UInt32? {
        guard question.negotiated != nil else { return question.standard.queueCount }
        switch question.deviceClass {
        case .net:
            let control: UInt32 = question.mayUse(Features.Net.controlQueue) ? 1 : 0
            guard question.mayUse([Features.Net.multiqueue, Features.Net.receiveSideScaling]) else {
                return 2 + control
            }
            return question.net?.maximumQueuePairs.map { UInt32($0) * 2 + control } ?? question.standard.queueCount
        case .block:
            guard question.mayUse(Features.Block.multiqueue) else { return 1 }
            return question.block?.queues.map { UInt32($0) } ?? question.standard.queueCount
        default: return question.standard.queueCount
        }
    }
}
