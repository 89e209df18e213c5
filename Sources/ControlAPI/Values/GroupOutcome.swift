public import JSON

/// What became of a group as a whole.
public enum GroupOutcome: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// Every member has passed the preflight: dryRun.
    case checked
    /// Nothing was called.
    case refused
    /// Every member has stopped.
    case suspended
    /// Not every member has stopped; those that had go on.
    case rolledBack
    /// Not every member has stopped in time; those that have stay so.
    case kept
    /// Every member that was asked for goes on.
    case resumed
    /// At least one member is not where the call was to leave it: its own entry says where it is.
    case unresolved

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What became of a group as a whole." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .checked: "Every member has passed the preflight: dryRun."
        case .refused: "Nothing was called."
        case .suspended: "Every member has stopped."
        case .rolledBack: "Not every member has stopped; those that had go on."
        case .kept: "Not every member has stopped in time; those that have stay so."
        case .resumed: "Every member that was asked for goes on."
        case .unresolved:
            "At least one member is not where the call was to leave it: its own entry says where it is."
        }
    }
}
