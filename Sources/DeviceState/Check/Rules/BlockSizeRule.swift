internal import Virtio

enum BlockSizeRule: CheckRule {
    static let field = CheckField.blockSize
    static let features = Features.Block.blockSize

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        guard question.deviceClass == .block else { return nil }
        let wanted = question.block?.blockSize
        let present = question.target.configuration?.block?.blockSize
        func found(_ verdict: CheckVerdict, _ reason: String) -> CheckFinding {
            CheckFinding(verdict, reason, state: wanted.map { "\($0) bytes" }, target: present.map { "\($0) bytes" })
        }
        guard question.mayUse(Features.Block.blockSize) else {
            return found(.ok, "the driver has not accepted BLK_SIZE")
        }
        guard let wanted else { return found(.unknown, "the document does not have the block size") }
        guard let present else { return found(.unknown, "only the device itself tells its block size") }
        if present == wanted { return found(.ok, "the block size is the same") }
        return found(.blocking, "the guest would keep to blocks of another size")
    }
}
