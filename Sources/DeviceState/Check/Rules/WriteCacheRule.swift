internal import Virtio

/// A driver that believes its writes to be on the disk asks for no flush.
enum WriteCacheRule: CheckRule {
    static let field = CheckField.writeCache
    static let features = Features.Block.configurableCache

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        let (wanted, present) = (question.block?.writeback, question.target.configuration?.block?.writeback)
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0)" }, target: present.map { "\($0)" })
        }
        guard question.mayUse(features) else { return found(.ok, "the driver has not accepted CONFIG_WCE") }
        guard let wanted else { return found(.unknown, "the document does not have the mode of the write cache") }
        // Through a cache that writes back a driver that does not count on more loses nothing.
        if wanted != 0 { return found(.ok, "the driver asks for flushes, whatever the cache does") }
        guard let present else {
            return found(.unknown, "only the device itself tells the mode of its write cache")
        }
        if present == wanted { return found(.ok, "the write cache works the same way") }
        return found(
            .unknown,
            "the driver counts on writing through, which \(question.target.name) must be told and may not take")
    }
}
