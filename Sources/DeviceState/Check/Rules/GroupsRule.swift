enum GroupsRule: CheckRule {
    static let field = CheckField.groups

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let use = AddressSpaceUse(question.standard)
        let known = question.target.witnessed(\.groupCount)
        return use.findingOfGroups(known, of: question.target.name)
    }
}
