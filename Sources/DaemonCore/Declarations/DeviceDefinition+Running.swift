import ControlAPI
import VDPA
import Virtio

extension DeviceDefinition {
    /// What a management device gives a network device that is told nothing else, in bytes.
    private static let usualMTU: UInt16 = 1_500

    /// What makes a device as it runs: what it would be anyway is left out, since a management device that cannot provision
    /// something refuses to be told it.
    ///
    /// - Returns: nil for a device that no management device has created.
    init?(_ device: HostDevice, in host: RunningHost) {
        guard let handle = device.managementDevice else { return nil }
        self.init(name: device.name, managementDevice: handle)
        let configuration = host.configurations[device.name]
        if let address = configuration?.network?.macAddress, !address.isZero { mac = address }
        if let told = configuration?.network?.mtu, told != Self.usualMTU { mtu = told }
        maximumQueuePairs = configuration?.network?.maximumQueuePairs
        if let offered = configuration?.features, let all = host.managementDevice(handle)?.features, offered != all {
            features = offered.labels(for: device.deviceClass ?? configuration?.deviceClass)
        }
        driver = device.driver.map { DriverSelection(rawValue: $0.name) } ?? DriverSelection.none
        if let status = device.nodeStatus, !status.isUsual { node = NodeRights(status) }
    }
}

extension NodeStatus {
    /// Whether the kernel makes a node so.
    fileprivate var isUsual: Bool { userID == 0 && groupID == 0 && mode == 0o600 }
}
