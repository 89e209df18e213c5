internal import JSON

extension JSONValue {
    /// What a result says that the caller should know although the call succeeded.
    var warnings: [String] {
        guard case .array(let elements) = self["warnings"] else { return [] }
        return elements.compactMap { element in
            guard case .string(let text) = element else { return nil }
            return text
        }
    }
}
