import ControlAPI
import DeviceState
import JSON
import VDPA
import Virtio

extension DeclaredEntry {
    /// Compares what is declared with what runs, member by member; what is not declared is not compared.
    ///
    /// - Parameters:
    ///   - host: what runs.
    ///   - features: the declared features, once their names have been looked up; nil when that was not possible.
    /// - Returns: what differs or cannot be read.
    func compared(with host: RunningHost, features: Features?) -> DeclarationDifference {
        let definition = declaration.definition
        var difference = DeclarationDifference(device: definition.name, file: file, state: .absent, fields: [])
        guard let device = host.device(definition.name) else { return difference }
        let configuration = host.configurations[definition.name]
        var comparison = FieldComparison()
        comparison.compare(.managementDevice, definition.managementDevice, device.managementDevice)
        comparison.compare(.mac, definition.mac, configuration?.network?.macAddress)
        comparison.compare(.mtu, definition.mtu, configuration?.network?.mtu)
        comparison.compare(.maximumQueuePairs, definition.maximumQueuePairs, configuration?.queuePairs)
        comparison.compareFeatures(
            definition.features, features, configuration?.features, device.deviceClass ?? configuration?.deviceClass)
        comparison.compare(.driver, definition.driver?.rawValue, device.driver?.name ?? DriverSelection.none.rawValue)
        comparison.compare(definition.node, device.nodeStatus)
        difference.fields = comparison.fields
        difference.state =
            comparison.fields.isEmpty ? .same : comparison.fields.contains { $0.actual != nil } ? .different : .unknown
        return difference
    }

    /// Whether comparing it needs what netlink says of the device's configuration.
    var needsConfiguration: Bool {
        let definition = declaration.definition
        return definition.mac != nil || definition.mtu != nil || definition.maximumQueuePairs != nil
            || definition.features != nil
    }
}

/// Collects what differs or is not known.
private struct FieldComparison {
    private(set) var fields: [DeclaredFieldDifference] = []

    mutating func compare<Value: Equatable & JSONWritable>(
        _ field: DeclaredField, _ declared: Value?, _ actual: Value?
    ) {
        guard let declared, declared != actual else { return }
        fields.append(
            DeclaredFieldDifference(
                field, declared: JSONValue(written: declared), actual: actual.map { JSONValue(written: $0) }))
    }

    mutating func compareFeatures(
        _ declared: [String]?, _ wanted: Features?, _ actual: Features?, _ deviceClass: DeviceClass?
    ) {
        guard let declared, wanted == nil || wanted != actual else { return }
        // Without knowing what is wanted nobody can say that the device has something else.
        let known = wanted == nil ? nil : actual
        fields.append(
            DeclaredFieldDifference(
                .features, declared: JSONValue(written: declared),
                actual: known.map { JSONValue(written: $0.labels(for: deviceClass)) }))
    }

    /// A user or group counts by name or by number, whichever is declared.
    mutating func compare(_ declared: NodeRights?, _ status: NodeStatus?) {
        let actual = status.map(NodeRights.init)
        if declared?.owner != status.map({ "\($0.userID)" }) { compare(.nodeOwner, declared?.owner, actual?.owner) }
        if declared?.group != status.map({ "\($0.groupID)" }) { compare(.nodeGroup, declared?.group, actual?.group) }
        compare(.nodeMode, declared?.mode, actual?.mode)
    }
}
