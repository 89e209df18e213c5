import VDPA
import Virtio

/// The devices that run, and what netlink says of those that somebody wants to know more of.
struct RunningHost: Sendable {
    /// All devices.
    var inventory: Inventory
    /// The configuration of those that were asked; one that could not be had is missing.
    var configurations: [DeviceName: NetlinkConfiguration] = [:]

    /// The device, if it is on the bus.
    func device(_ name: DeviceName) -> HostDevice? {
        inventory.devices.first { $0.name == name }
    }

    /// The management device, if it is there.
    func managementDevice(_ handle: String) -> ManagementDevice? {
        inventory.managementDevices.first { $0.handle == handle }
    }
}
