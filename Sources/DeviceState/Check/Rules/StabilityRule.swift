/// The kernel tells positions of a running device too, and they are out of date at once.
enum StabilityRule: CheckRule {
    static let field = CheckField.stability

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let finding =
            if question.state.stability.suspended {
                CheckFinding(.ok, "the device was suspended while it was read")
            } else if question.standard.queues.allSatisfy({ $0.position == nil }) {
                CheckFinding(.ok, "no position was read that could be out of date")
            } else {
                CheckFinding(.unknown, "positions were read while the device was not known to stand still")
            }
        return finding.asAdvice
    }
}
