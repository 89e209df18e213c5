public import JSON

/// Where an operation is.
public enum OperationState: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// Under way, or waiting for its turn.
    case running
    /// Done.
    case succeeded
    /// Not done; the error says why.
    case failed
    /// Ended by operation.cancel, or because its client had gone.
    case cancelled
    /// The daemon ended while it was under way.
    case interrupted

    /// For the documentation.
    public static var schemaSummary: StaticString? { "Where an operation is." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .running: "Under way, or waiting for its turn."
        case .succeeded: "Done."
        case .failed: "Not done; the error says why."
        case .cancelled: "Ended by operation.cancel, or because its client had gone."
        case .interrupted: "The daemon ended while it was under way."
        }
    }
}
