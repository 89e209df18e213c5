import JSON

extension JSONSchema {
    /// The type in a few words, with links to the types that have a name.
    var typeText: String {
        switch kind {
        case .any: "any value"
        case .null: "null"
        case .boolean: "boolean"
        case .number: "number"
        case .integer(let range): "integer, \(Self.text(range))"
        case .string(let names?, _, _): "one of " + names.map { "`\($0)`" }.joined(separator: ", ")
        case .string(nil, let pattern?, _): "string that matches `\(pattern)`"
        case .string(nil, nil, let length?): "string of at most \(length) bytes"
        case .string(nil, nil, nil): "string"
        case .array(let element, nil): "array of \(element.typeText)"
        case .array(let element, let maximumCount?): "array of at most \(maximumCount) \(element.typeText)"
        case .map(let value): "object of \(value.typeText)"
        case .object: "object"
        case .anyOf(let schemas): schemas.map(\.typeText).joined(separator: " or ")
        case .reference(let reference): "[\(reference.name)](#\(reference.name.lowercased()))"
        }
    }

    private static func text(_ range: ClosedRange<Int128>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (let low, Int128(Int64.max)): "\(low) or more"
        case (let low, let high): "\(low) to \(high)"
        }
    }

    /// A section about the members of an object, the names of an enumeration, or the rule of a string.
    var definitionText: String {
        let lines = (description ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        guard case .object(let properties) = kind else {
            let cases = lines.filter { $0.hasPrefix("`") }.map { "- \($0)" }
            let sentences = lines.filter { !$0.hasPrefix("`") }
            let rule = cases.isEmpty ? ["\(typeText.prefix(1).uppercased())\(typeText.dropFirst())."] : []
            return (sentences.map(String.init) + rule).joined(separator: " ") + "\n\n"
                + (cases.isEmpty ? "" : cases.joined(separator: "\n") + "\n\n")
        }
        return lines.joined(separator: "\n") + "\n\n" + Self.table(of: properties, heading: "member")
    }

    /// The table of members or parameters.
    static func table(of properties: [Property], heading: String) -> String {
        var table = MarkdownTable(heading, "type", "required", "meaning")
        for property in properties {
            let presence =
                switch (property.isRequired, property.default) {
                case (true, _): "yes"
                case (false, let value?): "no (`\(value)`)"
                case (false, nil): "no"
                }
            table.add("`\(property.name)`", property.schema.typeText, presence, property.summary)
        }
        return table.text
    }
}
