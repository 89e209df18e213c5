enum AddressSpacesRule: CheckRule {
    static let field = CheckField.addressSpaces

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let use = AddressSpaceUse(question.standard)
        let known = question.target.witnessed(\.addressSpaceCount)
        return use.finding("address spaces", use.addressSpaces, known, of: question.target.name)
    }
}
