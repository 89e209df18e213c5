import ControlAPI
import VDPA
import Virtio

/// What leads from the running devices to what is declared.
struct DeclarationPlan: Sendable, Hashable {
    /// In the order in which they are to be done.
    private(set) var steps: [DeclarationStep] = []
    /// What is declared and cannot be compared, so that nothing is done about it.
    private(set) var problems: [DeclarationProblem] = []

    /// Plans for these declarations, in their order.
    ///
    /// - Parameters:
    ///   - entries: what is declared.
    ///   - host: what runs.
    ///   - recreate: whether a device may be made anew.
    /// - Throws: `ControlError` for a device that cannot become what is declared: as `DeviceDefinition.checked`, and
    ///   `notSupported` when it would have to be made anew and may not be, or could not be made again as it was.
    init(_ entries: [DeclaredEntry], on host: RunningHost, recreate: Bool) throws(ControlError) {
        for entry in entries {
            let wanted = try entry.declaration.definition.checked(against: host.inventory)
            let difference = entry.compared(with: host, features: wanted.features)
            guard let device = host.device(difference.device) else {
                let definition = entry.declaration.definition
                steps.append(DeclarationStep(change: .create(definition), undo: [.delete(definition.name)]))
                continue
            }
            let differing = difference.fields.filter { $0.actual != nil }.map(\.field)
            // A node that is made by the way gets its rights without a comparison.
            let getsNode = differing.contains(.driver) && entry.declaration.definition.driver == .vhostVDPA
            let unread = difference.fields.filter { $0.actual == nil && !(getsNode && $0.field.isOfNode) }
            problems += unread.map { field in
                entry.problem("\(device.name): \(field.field.rawValue) cannot be read, so it is left as it is")
            }
            if differing.contains(where: \.needsRecreation) {
                try plan(making: device, anewAs: entry, because: differing, on: host, recreate: recreate)
            } else {
                plan(changing: device, into: entry, because: differing, on: host)
            }
        }
    }

    private mutating func plan(
        making device: HostDevice, anewAs entry: DeclaredEntry, because fields: [DeclaredField], on host: RunningHost,
        recreate: Bool
    ) throws(ControlError) {
        let reason = fields.filter(\.needsRecreation).map(\.rawValue)
        var refusal = ControlError(.notSupported, "", device: device.name)
        refusal.missing = reason
        guard recreate else {
            refusal.message =
                "\(device.name): \(reason.joined(separator: ", ")) cannot be changed in a device that exists"
            refusal.hint = "recreate: true deletes the device and makes it anew"
            throw refusal
        }
        guard var former = DeviceDefinition(device, in: host), host.configurations[device.name] != nil else {
            refusal.message = "\(device.name) cannot be made anew: it is not known how to make it as it is now"
            throw refusal
        }
        // Said also where they are the kernel's own: the declaration's would be given otherwise.
        former.node = device.nodeStatus.map(NodeRights.init)
        steps.append(
            DeclarationStep(change: .delete(device.name), fields: fields, undo: [.create(former)]))
        steps.append(
            DeclarationStep(
                change: .create(entry.declaration.definition), fields: fields, undo: [.delete(device.name)]))
    }

    /// The address comes before the driver, so that a driver of this host reads the right one; the node comes with the driver.
    private mutating func plan(
        changing device: HostDevice, into entry: DeclaredEntry, because fields: [DeclaredField], on host: RunningHost
    ) {
        let definition = entry.declaration.definition
        let nodeFields = fields.filter(\.isOfNode)
        let formerRights = device.nodeStatus.map(NodeRights.init)
        if fields.contains(.mac), let mac = definition.mac {
            let former = host.configurations[device.name]?.network?.macAddress
            steps.append(
                DeclarationStep(
                    change: .setMAC(device.name, mac), fields: [.mac],
                    undo: former.flatMap { $0.isZero ? nil : [.setMAC(device.name, $0)] }))
        }
        var isBound = device.node != nil
        if fields.contains(.driver), let driver = definition.driver {
            isBound = driver == .vhostVDPA
            let former = device.driver.map { DriverSelection(rawValue: $0.name) } ?? DriverSelection.none
            // A node that comes back has the rights of a new one.
            let rights = formerRights.map { [DeclarationChange.setNode(device.name, $0)] } ?? []
            steps.append(
                DeclarationStep(
                    change: .bind(device.name, driver), fields: [.driver],
                    undo: former.map { [.bind(device.name, $0)] + rights }))
        }
        let isNew = isBound && fields.contains(.driver)
        if isBound, let node = definition.node, isNew || !nodeFields.isEmpty {
            steps.append(
                DeclarationStep(
                    change: .setNode(device.name, node), fields: nodeFields,
                    // What belongs to a new node goes with it.
                    undo: isNew ? [] : formerRights.map { [.setNode(device.name, $0)] }))
        }
    }

    /// Devices that nobody may hold for the plan to be carried out.
    ///
    /// - Parameter confirmed: whether the address of a held device may be changed.
    /// - Returns: their names.
    func mustBeFree(confirmed: Bool) -> Set<DeviceName> {
        Set(
            steps.compactMap { step in
                switch step.change {
                case .delete(let name), .bind(let name, _): name
                case .setMAC(let name, _): confirmed ? nil : name
                case .create, .setNode: nil
                }
            })
    }

    /// The steps in the contract's form, before anything is done.
    var planned: [DeclarationAction] { steps.map { $0.action(.planned) } }
}

extension DeclaredField {
    /// Whether it is one of the node's rights.
    fileprivate var isOfNode: Bool { [.nodeOwner, .nodeGroup, .nodeMode].contains(self) }
}
