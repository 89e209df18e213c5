public import JSON

/// How a declared device and the running host compare.
public enum DeclarationState: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// The device is not on the bus.
    case absent
    /// Everything that is declared is so.
    case same
    /// Something that is declared is otherwise.
    case different
    /// Nothing is known to differ, but something that is declared cannot be read.
    case unknown

    /// For the documentation.
    public static var schemaSummary: StaticString? { "How a declared device and the running host compare." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .absent: "The device is not on the bus."
        case .same: "Everything that is declared is so."
        case .different: "Something that is declared is otherwise."
        case .unknown: "Nothing is known to differ, but something that is declared cannot be read."
        }
    }
}
