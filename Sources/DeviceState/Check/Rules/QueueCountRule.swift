internal import Virtio

enum QueueCountRule: CheckRule {
    static let field = CheckField.queueCount

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let wanted = question.queuesInUse
        let present = question.target.queueCount
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: present.map { "\($0)" })
        }
        guard let wanted else { return found(.unknown, "the document does not have the number of queues") }
        guard let present else {
            return found(.unknown, "it is not known how many queues \(question.target.name) can have")
        }
        if present >= wanted { return found(.ok, "it has every queue that the driver may use") }
        guard question.negotiated != nil || present < least(of: question.deviceClass) else {
            return found(.unknown, "it has fewer queues, and it is not known how many the driver may use")
        }
        return found(.blocking, "the driver may use more queues")
    }

    /// The queues that every driver of a class uses.
    private static func least(of deviceClass: DeviceClass) -> UInt32 {
        switch deviceClass {
        case .net: 2
        case .block: 1
        default: .max
        }
    }
}
