import Netlink
import SystemPackage
import Virtio

extension SimulatedHostModel {
    /// What netlink and sysfs would show.
    var inventory: Inventory {
        var names = OwnerNames()
        let present = devices.values.map { $0.hostDevice(&names) }.sorted { $0.name < $1.name }
        return Inventory(managementDevices: managementDevices.map(\.managementDeviceAsListed), devices: present)
    }

    /// What `VDPA_CMD_DEV_CONFIG_GET` would answer.
    func configuration(of name: DeviceName) throws(HostError) -> NetlinkConfiguration {
        guard let device = devices[name] else {
            throw HostError(.noDevice, call: SimulatedCall.getConfigurationByNetlink.rawValue, device: name)
        }
        var configuration = NetlinkConfiguration()
        configuration.deviceClass = device.deviceClass.deviceClass
        configuration.features = device.offeredFeatures
        if device.status.contains(.featuresOK) { configuration.negotiatedFeatures = device.driverFeatures }
        switch device.deviceClass {
        case .net:
            configuration.network = NetworkConfiguration(
                bytes: device.configuration, features: device.offeredFeatures)
        case .block:
            configuration.block = BlockConfiguration(bytes: device.configuration, features: device.offeredFeatures)
        }
        return configuration
    }

    /// N of the nodes that are gone and still open, for whose last close netlink waits, in order.
    var pendingRemovals: [UInt32] {
        devices.values.filter { $0.removal != nil }.compactMap(\.number).sorted()
    }

    /// Which processes have one of the nodes open: simulated VMMs, the daemon itself, who was passed a descriptor.
    func holders(of nodes: [DeviceNode], in pid: Int32? = nil) throws(HostError) -> HolderScan {
        var scan = HolderScan(holders: [], isComplete: true)
        for node in nodes {
            let device = try device(behind: node)
            guard let process = device.opener?.process, !device.openerHasExited else { continue }
            if pid == nil || pid == process.reference.pid { scan.holders.append(process.holder(of: device.name)) }
        }
        return scan
    }

    /// The device that a node leads to.
    ///
    /// - Throws: `HostError`: `gone` without such a device, `identityMismatch` when the numbers are those of another one.
    func device(behind node: DeviceNode) throws(HostError) -> SimulatedDevice {
        guard let device = devices[node.device] else {
            throw HostError(.gone, "the device \(node.device) is gone")
        }
        guard let found = device.node else { throw HostError(.gone, "\(node.path) of \(node.device) is gone") }
        guard found == node else {
            throw HostError(
                .identityMismatch,
                "\(node.path) (\(node.major):\(node.minor)) is not the node of \(node.device), which is "
                    + "\(found.path) (\(found.major):\(found.minor))")
        }
        return device
    }
}

extension SimulatedDevice {
    /// The device's node, also when it has gone and is still open.
    var node: DeviceNode? {
        number.map { number in
            DeviceNode(device: name, number: number, major: SimulatedHostModel.major, minor: number)
        }
    }

    /// The device as the inventory shows it.
    fileprivate func hostDevice(_ names: inout OwnerNames) -> HostDevice {
        var device = HostDevice(name: name)
        device.incarnation = incarnation
        device.deviceClass = deviceClass.deviceClass
        device.managementDevice = managementDevice
        device.vendorID = 0
        device.queueCount = UInt32(queues.count)
        device.maximumQueueSize = SimulatedClass.maximumQueueSize
        device.minimumQueueSize = 1
        if removal == nil {
            device.driver = driver
            device.node = node
            device.nodeStatus = node.map { _ in
                NodeStatus(
                    userID: rights.user, user: names.user(rights.user), groupID: rights.group,
                    group: names.group(rights.group), mode: rights.mode)
            }
        }
        if driver == .virtioVDPA { device.hostStatus = status }
        return device
    }
}
