public import JSON

/// A member of a declaration that a running device is compared by.
public enum DeclaredField: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// The management device.
    case managementDevice = "mgmtdev"
    /// A network device's address.
    case mac
    /// A network device's MTU.
    case mtu
    /// A network device's queue pairs.
    case maximumQueuePairs = "maxQueuePairs"
    /// The features that it offers.
    case features
    /// The driver that it is bound to.
    case driver
    /// The owner of its node.
    case nodeOwner = "node.owner"
    /// The group of its node.
    case nodeGroup = "node.group"
    /// The permission bits of its node.
    case nodeMode = "node.mode"

    /// For the documentation.
    public static var schemaSummary: StaticString? { "A member of a declaration that a running device is compared by." }

    /// Whether a device has to be made anew for it to change.
    public var needsRecreation: Bool {
        switch self {
        case .managementDevice, .mtu, .maximumQueuePairs, .features: true
        case .mac, .driver, .nodeOwner, .nodeGroup, .nodeMode: false
        }
    }
}
