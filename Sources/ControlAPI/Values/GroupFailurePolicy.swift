public import JSON

/// What becomes of the members of a group that have stopped when another one has not.
public enum GroupFailurePolicy: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// They are resumed, the last one of the list first.
    case rollback
    /// They stay stopped.
    case keep

    /// For the documentation.
    public static var schemaSummary: StaticString? {
        "What becomes of the members of a group that have stopped when another one has not."
    }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .rollback: "They are resumed, the last one of the list first."
        case .keep: "They stay stopped."
        }
    }
}
