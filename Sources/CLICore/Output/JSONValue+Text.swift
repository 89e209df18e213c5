internal import JSON

extension JSONValue {
    /// A string without its quotation marks, anything else as JSON.
    var text: String {
        guard case .string(let string) = self else { return "\(self)" }
        return string
    }
}
