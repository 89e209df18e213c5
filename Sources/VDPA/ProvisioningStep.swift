public import Virtio

/// One change of the devices on the bus, of their binding, or of their nodes.
public enum ProvisioningStep: Sendable, Hashable {
    /// `VDPA_CMD_DEV_NEW`. Needs CAP_NET_ADMIN in the initial user namespace. If `drivers_autoprobe` is on, the kernel binds
    /// the device to the driver that was loaded first.
    case create(NewDevice)
    /// `VDPA_CMD_DEV_DEL`. Needs CAP_NET_ADMIN. Only for a device without a driver: with one whose node is open, the kernel
    /// waits for the last close and locks generic netlink for the whole host meanwhile.
    case delete(DeviceName)
    /// `VDPA_CMD_DEV_ATTR_SET` of the address, proved by what the configuration shows then. Needs CAP_NET_ADMIN.
    case setMACAddress(DeviceName, MACAddress)
    /// Writes the device's name to the driver's `bind`. Needs root, or CAP_DAC_OVERRIDE.
    case bind(DeviceName, BusDriver)
    /// Takes the device from its driver. With a node the host opens that itself first, so that nobody else holds it: `busy`
    /// touches nothing. The kernel's host takes a device from `vhost_vdpa` with its node only, and throws `noNode` without.
    /// Needs root, or CAP_DAC_OVERRIDE.
    case unbind(DeviceName, BusDriver, DeviceNode?)
    /// Writes `drivers_autoprobe`, which decides whether the kernel binds new devices by itself. Needs root, or
    /// CAP_DAC_OVERRIDE.
    case setAutoprobe(Bool)
    /// Changes a node's owner, group and mode. Needs CAP_CHOWN and CAP_FOWNER.
    case permit(DeviceNode, NodePermissions)

    /// What is done, for people.
    public var operation: String {
        switch self {
        case .create: "VDPA_CMD_DEV_NEW"
        case .delete: "VDPA_CMD_DEV_DEL"
        case .setMACAddress: "VDPA_CMD_DEV_ATTR_SET"
        case .bind: "bind"
        case .unbind: "unbind"
        case .setAutoprobe: "drivers_autoprobe"
        case .permit: "chown"
        }
    }

    /// The device that is changed.
    var device: DeviceName? {
        switch self {
        case .create(let new): new.name
        case .delete(let name), .setMACAddress(let name, _), .bind(let name, _), .unbind(let name, _, _): name
        case .permit(let node, _): node.device
        case .setAutoprobe: nil
        }
    }

    /// Whether it goes through the vdpa netlink family.
    var usesNetlink: Bool {
        switch self {
        case .create, .delete, .setMACAddress: true
        case .bind, .unbind, .setAutoprobe, .permit: false
        }
    }
}
