public import JSON

/// A socket where the daemon is reached. What a client may do depends on who it is and on the socket that it came by.
public enum ControlSocket: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// The one that clients use: what a client may do, it may do here.
    case control
    /// Whoever comes by it may look at most, whatever else it may do.
    case readonly
    /// As `control`, but for root and the daemon's own user alone: its file is 0600.
    case admin

    /// For the documentation.
    public static var schemaSummary: StaticString? { "A socket where the daemon is reached." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .control: "What a client may do, it may do here."
        case .readonly: "Whoever comes by it may look at most."
        case .admin: "For root and the daemon's own user alone: its file is 0600."
        }
    }

    /// The path of the control socket where nothing else is said.
    public static let defaultPath = "/run/vdpad/vdpad.sock"

    /// The most that a client may do which comes by it.
    public var highestRole: Role { self == .readonly ? .monitor : .admin }
}
