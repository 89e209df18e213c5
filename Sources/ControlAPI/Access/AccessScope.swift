public import JSON

/// Where a peer needs the role of a method.
public enum AccessScope: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// On every device that the parameters name, or that the operation is about which they name.
    case devices
    /// On every device there is and may be, since the call concerns the host.
    case host
    /// On any device: the answer is about vdpad itself, or has only what the peer may look at.
    case visible

    /// For the documentation.
    public static var schemaSummary: StaticString? { "Where a peer needs the role of a method." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .devices: "On every device that the parameters name, or that the operation is about which they name."
        case .host: "On every device there is and may be, since the call concerns the host."
        case .visible: "On any device: the answer is about vdpad itself, or has only what the peer may look at."
        }
    }
}
