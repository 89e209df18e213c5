import ControlAPI
import Virtio

/// Something that is done to a device so that it becomes what is declared, or what it was.
enum DeclarationChange: Sendable, Hashable {
    case create(DeviceDefinition)
    case delete(DeviceName)
    case setMAC(DeviceName, MACAddress)
    case bind(DeviceName, DriverSelection)
    case setNode(DeviceName, NodeRights)

    /// The device.
    var device: DeviceName {
        switch self {
        case .create(let definition): definition.name
        case .delete(let name), .setMAC(let name, _), .bind(let name, _), .setNode(let name, _): name
        }
    }

    /// What it is in the contract's words.
    var kind: DeclarationAction.Kind {
        switch self {
        case .create: .create
        case .delete: .delete
        case .setMAC: .setMAC
        case .bind: .bind
        case .setNode: .setNode
        }
    }
}
