import LinuxIO
import Virtio

/// Reads all devices of the host: netlink knows what they are, sysfs how they are bound, and each knows devices that the
/// other does not show.
struct InventoryReader {
    let paths: HostPaths

    /// The union of netlink and sysfs. Netlink that cannot be reached is no failure of the whole.
    func read() throws(HostError) -> Inventory {
        var inventory = Inventory(managementDevices: [], devices: [])
        var known: [DeviceReply] = []
        do throws(HostError) {
            let family = try VDPAFamily(paths: paths)
            inventory.managementDevices = try family.managementDevices()
            known = try family.devices()
        } catch {
            inventory.netlinkFailure = error
        }
        try merge(known, into: &inventory)
        return inventory
    }

    /// Those of these devices that are there, as `read()` shows them.
    func devices(named names: [DeviceName]) throws(HostError) -> [HostDevice] {
        let family = try VDPAFamily(paths: paths)
        var nodes = NodeStatusReader(paths: paths)
        var devices: [HostDevice] = []
        for name in names {
            if let device = try complete(name, try family.device(name), &nodes) { devices.append(device) }
        }
        return devices
    }

    /// What sysfs alone shows, because of this failure of netlink.
    func read(without failure: HostError) throws(HostError) -> Inventory {
        var inventory = Inventory(managementDevices: [], devices: [], netlinkFailure: failure)
        try merge([], into: &inventory)
        return inventory
    }

    /// Puts netlink's devices and those on the bus together.
    func merge(_ replies: [DeviceReply], into inventory: inout Inventory) throws(HostError) {
        let bus = VDPABus(paths: paths)
        var nodes = NodeStatusReader(paths: paths)
        // sysfs writes `!` where a name has `/`.
        let replies = Dictionary(
            replies.map { (String($0.name.map { $0 == "/" ? "!" : $0 }), $0) }, uniquingKeysWith: { first, _ in first })
        for string in try bus.names() {
            guard let name = try? DeviceName(string) else {
                inventory.foreignNames.append(string)
                continue
            }
            if let device = try complete(name, replies[string], &nodes) { inventory.devices.append(device) }
        }
        inventory.devices.sort { $0.name < $1.name }
    }

    /// - Returns: nil for a device that is not on the bus, or not any more.
    private func complete(
        _ name: DeviceName, _ reply: DeviceReply?, _ nodes: inout NodeStatusReader
    ) throws(HostError) -> HostDevice? {
        var device = HostDevice(name: name)
        if let reply { device.take(reply) }
        guard var device = try VDPABus(paths: paths).completed(device) else { return nil }
        device.nodeStatus = device.node.flatMap { nodes.read($0) }
        return device
    }
}

extension HostDevice {
    /// Takes what netlink says of the device.
    fileprivate mutating func take(_ reply: DeviceReply) {
        deviceClass = reply.deviceClass
        managementDevice = reply.managementDevice
        vendorID = reply.vendorID
        queueCount = reply.queueCount
        maximumQueueSize = reply.maximumQueueSize
        minimumQueueSize = reply.minimumQueueSize
    }
}
