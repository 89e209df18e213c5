extension JSONValue: CustomStringConvertible {
    /// The JSON text without white space.
    public var description: String {
        jsonText()
    }

    /// The JSON text for people: two spaces a level, one member or element a line.
    public var prettyPrinted: String {
        var text = ""
        appendPretty(to: &text, indentation: "")
        return text
    }

    private func appendPretty(to text: inout String, indentation: String) {
        let inner = indentation + "  "
        switch self {
        case .array(let elements) where !elements.isEmpty:
            text += "["
            for (index, element) in elements.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                element.appendPretty(to: &text, indentation: inner)
            }
            text += "\n\(indentation)]"
        case .object(let members) where !members.isEmpty:
            text += "{"
            for (index, member) in members.enumerated() {
                text += index == 0 ? "\n\(inner)" : ",\n\(inner)"
                text += "\(member.name.jsonText()): "
                member.value.appendPretty(to: &text, indentation: inner)
            }
            text += "\n\(indentation)}"
        default:
            text += jsonText()
        }
    }

    /// What kind of value this is, for messages.
    var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer, .unsigned: "an integer"
        case .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The value's text, cut to a length that fits an error message.
func shortened(_ value: JSONValue) -> String {
    let text: String
    switch value {
    case .array(let elements): text = elements.isEmpty ? "[]" : "[…]"
    case .object(let members): text = members.isEmpty ? "{}" : "{…}"
    case .string(let string) where string.utf8.count > 200:
        text = String(string.unicodeScalars.prefix(40)).jsonText() + "…"
    default: text = value.jsonText()
    }
    return text.unicodeScalars.count <= 64 ? text : String(text.unicodeScalars.prefix(60)) + "…"
}
