public import JSON

/// Whose devices a daemon serves.
public enum HostKind: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// The vDPA devices of this machine.
    case kernel
    /// Those of the simulated host.
    case simulated

    /// For the documentation.
    public static var schemaSummary: StaticString? { "Whose devices a daemon serves." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .kernel: "The vDPA devices of this machine."
        case .simulated: "Those of the simulated host."
        }
    }
}
