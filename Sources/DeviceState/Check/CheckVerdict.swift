public import JSON

/// Whether a target fits a state, in one field or as a whole. Later cases are worse.
public enum CheckVerdict: String, JSONStringEnum, Comparable {
    case ok, adaptable, unknown, blocking

    /// For the documentation.
    public static var schemaSummary: StaticString? { "Whether a target fits a state, in one field or as a whole." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .ok: "It fits."
        case .adaptable: "A device created with the parameters given would fit."
        case .unknown: "It cannot be told from what is known, so it does not count as fitting."
        case .blocking: "It does not fit."
        }
    }

    /// Whether the left one is better.
    public static func < (left: CheckVerdict, right: CheckVerdict) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .ok: 0
        case .adaptable: 1
        case .unknown: 2
        case .blocking: 3
        }
    }
}
