public import JSON

/// What `state.restore` does with a state.
public enum RestoreMode: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// vdpad opens the device, becomes its owner and gives it the state.
    case owner
    /// vdpad tries all that can be tried without starting the device, and closes it again.
    case preflight
    /// The caller gets the device's descriptor and what it has to program.
    case handOver
    /// Positions of queues are set back on a suspended device that vdpad owns.
    case rewind

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What is done with a state." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .owner: "vdpad opens the device, becomes its owner and gives it the state."
        case .preflight: "vdpad tries all that can be tried without starting the device, and closes it again."
        case .handOver: "The caller gets the device's descriptor and what it has to program."
        case .rewind: "Positions of queues are set back on a suspended device that vdpad owns."
        }
    }
}
