public import JSON

/// What a suspension ends with by itself.
public enum LeaseKind: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// A time, unless the lease is renewed.
    case hold
    /// The connection of the client that asked for it.
    case connection

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What a suspension ends with by itself." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .hold: "A time, unless the lease is renewed."
        case .connection: "The connection of the client that asked for it."
        }
    }
}
