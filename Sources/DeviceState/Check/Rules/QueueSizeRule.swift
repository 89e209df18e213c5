internal import Virtio

enum QueueSizeRule: CheckRule {
    static let field = CheckField.queueSize

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        // Of a queue that the driver does not use nobody has chosen the size.
        let inUse = question.queuesInUse ?? .max
        let queues = question.standard.queues.filter { $0.index < inUse }
        let sizes = queues.compactMap(\.size)
        let isCertain =
            sizes.count == queues.count && (question.standard.hasEveryQueue || queues.count == Int(inUse))
        // A size that is not known is at most the largest.
        let largest = isCertain ? sizes.max() : queues.compactMap(\.maximumSize).max()
        let known = question.target.witnessed(\.maximumQueueSize)
        let least = question.target.witnessed(\.minimumQueueSize)?.value ?? 1
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(
                verdict, reason, state: largest.map { "at most \($0)" }, target: known.map { "\(least) to \($0.value)" }
            )
        }
        guard let largest else { return found(.unknown, "the document does not have the sizes of the queues") }
        guard let known else {
            return found(.unknown, "it is not known which sizes \(question.target.name) takes")
        }
        if let tooSmall = sizes.first(where: { $0 < least }) {
            return found(.blocking, "it takes no ring of \(tooSmall)\(known.source)")
        }
        if let tooLarge = sizes.first(where: { $0 > known.value }) {
            return found(.blocking, "it takes no ring of \(tooLarge)\(known.source)")
        }
        guard known.value >= largest else {
            return found(.unknown, "it takes smaller rings, and not every size in use is known")
        }
        return found(.ok, "it takes rings of these sizes\(known.source)")
    }
}
