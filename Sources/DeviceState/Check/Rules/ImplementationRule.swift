enum ImplementationRule: CheckRule {
    static let field = CheckField.implementation

    static func finding(_ question: CheckQuestion) -> CheckFinding? {
        let sections = question.state.implementation
        guard !sections.isEmpty else { return CheckFinding(.ok, "there are no implementation sections") }
        let understood = question.target.implementationFormats
        // Both lists are as long as their documents allow.
        let formats = Set(understood)
        let foreign = sections.filter { !formats.contains($0.format) }
        let state = sections.map(\.format).joined(separator: ", ")
        let target = understood.joined(separator: ", ")
        let required = foreign.filter(\.required).map(\.format)
        guard required.isEmpty else {
            let formats = required.joined(separator: ", ")
            return CheckFinding(
                .blocking, "the host does not understand what is required: \(formats)", state: state, target: target)
        }
        guard foreign.isEmpty else {
            let formats = foreign.map(\.format).joined(separator: ", ")
            return CheckFinding(
                .ok, "the host does not understand what can be left out: \(formats)", state: state, target: target)
        }
        return CheckFinding(.ok, "the host understands every section", state: state, target: target)
    }
}
