internal import JSON

extension JSONValue {
    /// What a result says that the caller should know although the call succeeded, of itself and of its devices.
    var warnings: [String] {
        elements(of: "warnings").compactMap { element in
            guard case .string(let text) = element else { return nil }
            return text
        } + elements(of: "devices").flatMap(\.warnings)
    }

    private func elements(of name: String) -> [JSONValue] {
        guard case .array(let elements) = self[name] else { return [] }
        return elements
    }
}
