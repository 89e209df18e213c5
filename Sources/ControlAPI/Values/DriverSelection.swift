public import JSON

/// The driver of the vdpa bus that a device is to be bound to.
public enum DriverSelection: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// The device gets a node for a process to open.
    case vhostVDPA = "vhost_vdpa"
    /// The host's own virtio drivers use the device.
    case virtioVDPA = "virtio_vdpa"
    /// No driver.
    case none

    /// For the documentation.
    public static var schemaSummary: StaticString? { "The driver of the vdpa bus that a device is to be bound to." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .vhostVDPA: "The device gets a node for a process to open."
        case .virtioVDPA: "The host's own virtio drivers use the device."
        case .none: "No driver."
        }
    }
}
