public import JSON

/// What a virtqueue of a network device is for.
public enum QueueUse: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// Packets to the driver.
    case receive
    /// Packets from the driver.
    case transmit
    /// Commands.
    case control

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What a virtqueue of a network device is for." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .receive: "Packets to the driver."
        case .transmit: "Packets from the driver."
        case .control: "Commands."
        }
    }
}
