public import JSON

/// What a peer may do.
public enum Role: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// May look.
    case monitor
    /// May also stop and start devices, and take one over to run it.
    case `operator`
    /// May do everything.
    case admin

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What a peer may do." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .monitor: "May look."
        case .operator: "May also stop and start devices, and take one over to run it."
        case .admin: "May do everything."
        }
    }
}

extension Role: Comparable {
    /// A role may do what the roles below it may.
    public static func < (left: Role, right: Role) -> Bool {
        left.rank < right.rank
    }

    private var rank: Int {
        switch self {
        case .monitor: 0
        case .operator: 1
        case .admin: 2
        }
    }
}
