public import Virtio

/// A device on the host's vdpa bus, as sysfs and netlink show it without anything being opened.
public struct HostDevice: Sendable, Hashable {
    /// Its name on the vdpa bus.
    public var name: DeviceName

    /// Tells it from others that have or had its name; nil where that is not known. Only equality means anything.
    public var incarnation: UInt64?

    /// Its class; nil when neither netlink nor sysfs tells (an unmanaged device without a driver).
    public var deviceClass: DeviceClass?

    /// The handle of the management device that created it; nil for a device that its parent driver registered itself.
    public var managementDevice: String?

    /// The virtio vendor id.
    public var vendorID: UInt32?

    /// How many virtqueues it has.
    public var queueCount: UInt32?

    /// The largest ring size it takes.
    public var maximumQueueSize: UInt16?

    /// The smallest ring size it takes.
    public var minimumQueueSize: UInt16?

    /// The bus driver that it is bound to.
    public var driver: BusDriver?

    /// Its node, when it is bound to `vhost_vdpa`.
    public var node: DeviceNode?

    /// Who may open the node.
    public var nodeStatus: NodeStatus?

    /// The status byte that sysfs shows when the host's own `virtio_vdpa` drives the device.
    public var hostStatus: DeviceStatus?

    /// Describes a device of which only the name is known.
    public init(name: DeviceName) {
        self.name = name
    }
}

/// The drivers of the vdpa bus.
public enum BusDriver: Sendable, Hashable {
    /// `vhost_vdpa`: the device has a node for a process to open.
    case vhostVDPA
    /// `virtio_vdpa`: the host's own virtio drivers use the device.
    case virtioVDPA
    /// A driver that this version does not know, by its name in sysfs.
    case other(String)

    /// The driver's name in `/sys/bus/vdpa/drivers`.
    public var name: String {
        switch self {
        case .vhostVDPA: "vhost_vdpa"
        case .virtioVDPA: "virtio_vdpa"
        case .other(let name): name
        }
    }

    /// The driver with this name in sysfs.
    public init(name: String) {
        switch name {
        case "vhost_vdpa": self = .vhostVDPA
        case "virtio_vdpa": self = .virtioVDPA
        default: self = .other(name)
        }
    }
}
