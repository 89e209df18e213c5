import ControlAPI
import JSON
import SystemPackage
import VDPA
import Virtio

@testable import DaemonCore

/// Declarations and hosts of the tests.
enum DeclarationFixture {
    static let networkFeatures = Features(rawValue: 0x3_0000_0000)
        .union([Features(bit: 3), Features(bit: 5), Features(bit: 16)])

    static func name(_ string: String) -> DeviceName {
        guard let name = try? DeviceName(string) else { preconditionFailure(string) }
        return name
    }

    static func mac(_ string: String) -> MACAddress {
        guard let mac = MACAddress(string) else { preconditionFailure(string) }
        return mac
    }

    /// The files with these texts, in a directory `/d`.
    static func set(_ texts: KeyValuePairs<String, String>) -> DeclarationSet {
        DeclarationSet(files: texts.map { ("/d/\($0.key)", .success(Array($0.value.utf8))) })
    }

    /// One file that declares devices.
    static func set(_ devices: String) -> DeclarationSet {
        set(["a.json": #"{"devices": [\#(devices)]}"#])
    }

    /// A host with two management devices and a network device as the kernel makes it.
    static func host() -> RunningHost {
        let inventory = Inventory(
            managementDevices: [
                ManagementDevice(
                    busName: nil, name: "simnet", classes: [.net], maximumQueues: 3, features: networkFeatures),
                ManagementDevice(
                    busName: "pci", name: "0000:01:00.2", classes: [.block], maximumQueues: 1, features: .version1),
            ], devices: [])
        var host = RunningHost(inventory: inventory)
        host.add(network("net0"), configuration(mac: "02:00:00:00:00:01"))
        return host
    }

    static func network(_ string: String, by handle: String? = "simnet", number: UInt32 = 0) -> HostDevice {
        var device = HostDevice(name: name(string))
        device.deviceClass = .net
        device.managementDevice = handle
        device.driver = .vhostVDPA
        device.node = DeviceNode(device: device.name, number: number, major: 500, minor: number)
        device.nodeStatus = NodeStatus(userID: 0, user: "root", groupID: 0, group: "root", mode: 0o600)
        return device
    }

    static func configuration(mac string: String, mtu: UInt16 = 1_500) -> NetlinkConfiguration {
        var configuration = NetlinkConfiguration()
        configuration.deviceClass = .net
        configuration.features = networkFeatures
        var network = NetworkConfiguration()
        network.macAddress = mac(string)
        network.mtu = mtu
        configuration.network = network
        return configuration
    }
}

extension RunningHost {
    mutating func add(_ device: HostDevice, _ configuration: NetlinkConfiguration?) {
        inventory.devices.append(device)
        inventory.devices.sort { $0.name < $1.name }
        configurations[device.name] = configuration
    }
}

extension DeclarationSet {
    /// How the first device compares.
    func firstDifference(on host: RunningHost) throws -> DeclarationDifference {
        let entry = entries[0]
        let features = try entry.declaration.definition.checked(against: host.inventory).features
        return entry.compared(with: host, features: features)
    }
}
