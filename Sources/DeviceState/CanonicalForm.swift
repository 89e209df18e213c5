internal import JSON

/// The form over which the digest is computed: members sorted by the UTF-8 bytes of their names at every level, then
/// written without white space, numbers and strings as `JSONWriter` has them.
enum CanonicalForm {
    static func sorted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let elements):
            .array(elements.map(sorted))
        case .object(let members):
            .object(
                members.map { JSONMember(name: $0.name, value: sorted($0.value)) }
                    .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
        default:
            value
        }
    }

    /// What the digest of a document covers, sorted.
    static func withoutDigest(_ document: JSONValue) -> JSONValue {
        guard case .object(let members) = document else { return document }
        return sorted(.object(members.filter { $0.name != "digest" }))
    }
}
