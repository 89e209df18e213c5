import JSON

extension JSONValue {
    /// The text for people: what fits a line is on one, members and elements of what does not are on one each.
    func exampleText(indentation: String = "") -> String {
        let flat = flatText
        guard indentation.count + flat.count > 100 else { return flat }
        let inner = indentation + "  "
        switch self {
        case .array(let elements):
            let lines = elements.map { inner + $0.exampleText(indentation: inner) }
            return "[\n\(lines.joined(separator: ",\n"))\n\(indentation)]"
        case .object(let members):
            let lines = members.map { member in
                "\(inner)\(member.name.jsonText()): \(member.value.exampleText(indentation: inner))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indentation)}"
        default: return flat
        }
    }

    private var flatText: String {
        switch self {
        case .array(let elements): "[\(elements.map(\.flatText).joined(separator: ", "))]"
        case .object(let members):
            "{\(members.map { "\($0.name.jsonText()): \($0.value.flatText)" }.joined(separator: ", "))}"
        default: jsonText()
        }
    }
}
