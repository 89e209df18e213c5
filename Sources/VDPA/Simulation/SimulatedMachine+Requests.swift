import SystemPackage
import Virtio

extension SimulatedMachine {
    /// What is answered without asking netlink while the removal of a node waits for its last close; nil when it may be.
    func answerWithoutNetlink(_ request: HostRequest) -> HostReply? {
        guard request.usesNetlink, let error = HostError.removalPending(read { model in model.pendingRemovals }) else {
            return nil
        }
        if case .inventory = request { return .inventory(withoutNetlink(error)) }
        return .failure(error)
    }

    /// Answers a daemon's request; blocks the thread as long as the kernel was made to take.
    ///
    /// - Parameters:
    ///   - request: what is asked.
    ///   - passed: the device to which the descriptor leads that the request's caller passed.
    ///   - connection: the daemon's connection, the owner of what is opened.
    /// - Returns: the answer, a failure included.
    func answer(_ request: HostRequest, passed: DeviceName?, from connection: UInt64) -> HostReply {
        do throws(HostError) {
            switch request {
            case .inventory:
                if let error = netlinkRefusal() { return .inventory(withoutNetlink(error)) }
                return .inventory(read { model in model.inventory })
            case .devices(let names):
                if let error = netlinkRefusal() { throw error }
                return .devices(read { model in model.inventory }.devices.filter { names.contains($0.name) })
            case .sysfsInventory(let failure):
                return .inventory(withoutNetlink(failure))
            case .configuration(let device):
                if let errno = enter(device, .getConfigurationByNetlink) {
                    throw HostError(
                        .kernel, "\(SimulatedCall.getConfigurationByNetlink.rawValue) of \(device) failed: \(errno)",
                        call: SimulatedCall.getConfigurationByNetlink.rawValue, errno: errno)
                }
                return .configuration(try change { model throws(HostError) in try model.configuration(of: device) })
            case .holders(let nodes, let pid):
                if let errno = enter(nil, .scan) {
                    return .holders(HolderScan(holders: [], isComplete: false, incompleteReason: "\(errno)"))
                }
                findHolders()
                return .holders(try change { model throws(HostError) in try model.holders(of: nodes, in: pid) })
            case .provision(let step):
                try provision(step, from: connection)
                return .provisioned
            case .statistics(let device, let queues):
                return .statistics(try statistics(of: device, queues: queues))
            case .autoprobe:
                return .autoprobe(try autoprobe())
            case .open:
                throw HostError(.malformed, "a request with a descriptor is answered elsewhere")
            case .discard, .release:
                throw HostError(.invalidArgument, "no descriptors are passed to the simulated host's process")
            case .perform(let procedure, let node, let access):
                return .report(try perform(procedure, on: node, through: access, passed: passed, from: connection))
            }
        } catch {
            return .failure(error)
        }
    }

    private func netlinkRefusal() -> HostError? {
        enter(nil, .netlink).map { errno in
            HostError(
                .netlinkUnavailable, "the vdpa netlink family cannot be asked: \(errno)", call: "VDPA_CMD_DEV_GET",
                errno: errno)
        }
    }

    /// What sysfs shows alone when netlink cannot be asked: no management devices, no figures of the devices.
    private func withoutNetlink(_ failure: HostError) -> Inventory {
        var inventory = read { model in model.inventory }
        inventory.managementDevices = []
        inventory.devices = inventory.devices.map { known in
            var device = HostDevice(name: known.name)
            device.incarnation = known.incarnation
            device.driver = known.driver
            device.node = known.node
            device.hostStatus = known.hostStatus
            // Of a device that has a virtio child sysfs tells it.
            if known.driver == .virtioVDPA { device.deviceClass = known.deviceClass }
            return device
        }
        inventory.netlinkFailure = failure
        return inventory
    }

    private func perform(
        _ procedure: DeviceProcedure, on node: DeviceNode, through access: HostRequest.RequestedAccess,
        passed: DeviceName?, from connection: UInt64
    ) throws(HostError) -> DeviceReport {
        switch (procedure, access) {
        case (.open(let bringUp), .owner):
            return try open(node, bringUp: bringUp, for: connection)
        case (.close, .owner):
            let file = try ownedFile(node, of: connection)
            // The device is closed in any case, also one that does not answer.
            let report = Result { () throws(HostError) in try file.perform(.examine) }
            try change { model throws(HostError) in try model.closeOpener(node.device) }
            return try report.get()
        case (.withdraw(let configuration), .owner):
            let file = try ownedFile(node, of: connection)
            let report = Result { () throws(HostError) in
                let report = try file.perform(.examine)
                try file.putBack(configuration)
                return report
            }
            try change { model throws(HostError) in try model.closeOpener(node.device) }
            return try report.get()
        case (.open, _), (.close, _), (.withdraw, _):
            throw HostError(.notOwner, "only vdpad's own descriptor of \(node.device) can be opened and closed")
        case (_, .owner):
            return try ownedFile(node, of: connection).perform(procedure)
        case (_, .shared(let holder)):
            findHolders(of: node.device)
            return try withDuplicate(of: node) { model throws(HostError) in
                try model.requireHolder(holder, of: node)
            } body: { file throws(HostError) in
                try file.perform(procedure)
            }
        case (_, .passedDescriptor):
            return try withDuplicate(of: node) { model throws(HostError) in
                try model.requireOpen(node, through: passed)
            } body: { file throws(HostError) in
                try file.perform(procedure)
            }
        }
    }

    private func open(
        _ node: DeviceNode, bringUp: BringUp?, for connection: UInt64
    ) throws(HostError) -> DeviceReport {
        let refusal = enter(node.device, .open)
        let opening = try change { model throws(HostError) in
            _ = try model.device(behind: node)
            if let refusal { throw HostError.opening(node, refusal) }
            return try model.open(node.device, for: connection)
        }
        let file = SimulatedFile(machine: self, device: node.device, opening: opening, caller: .owner)
        do {
            try file.setOwner()
            var report = try file.perform(.examine)
            if let bringUp {
                report.add(try file.bringUp(bringUp, with: NoRings()))
            }
            return report
        } catch {
            // All or nothing: the caller has no descriptor to close.
            try change { model throws(HostError) in try model.closeOpener(node.device) }
            throw error
        }
    }

    private func ownedFile(_ node: DeviceNode, of connection: UInt64) throws(HostError) -> SimulatedFile {
        try change { model throws(HostError) in
            let device = try model.device(behind: node)
            guard device.opener?.connection == connection, !device.openerHasExited else {
                throw HostError(.notOwner, "vdpad has not opened \(node.device)")
            }
            return SimulatedFile(machine: self, device: node.device, opening: device.opening, caller: .owner)
        }
    }

    /// Works on a duplicate of somebody's descriptor and closes it, which may be the last close.
    private func withDuplicate(
        of node: DeviceNode, check: (SimulatedHostModel) throws(HostError) -> Void,
        body: (SimulatedFile) throws(HostError) -> DeviceReport
    ) throws(HostError) -> DeviceReport {
        let opening = try change { model throws(HostError) in
            try check(model)
            let opening = try model.device(behind: node).opening
            model.duplicate(node.device, opening: opening)
            return opening
        }
        defer { closeDuplicate(of: node, opening: opening) }
        let file = SimulatedFile(machine: self, device: node.device, opening: opening, caller: .sharer)
        return try body(file)
    }

    private func closeDuplicate(of node: DeviceNode, opening: UInt64) {
        // Closing never fails: the body throws nothing.
        try? change { model throws(HostError) in model.closeDuplicate(node.device, opening: opening) }
    }
}

extension SimulatedHostModel {
    /// Proves that a process still has the node open under a descriptor number.
    func requireHolder(_ reference: HolderReference, of node: DeviceNode) throws(HostError) {
        let device = try device(behind: node)
        guard let holder = device.opener?.process, !device.openerHasExited, holder.reference.pid == reference.pid,
            holder.reference.startTime == reference.startTime
        else {
            throw HostError(
                .holderGone,
                "process \(reference.pid) (started at \(reference.startTime)) does not exist or does not hold "
                    + "\(node.device)")
        }
        guard holder.reference.descriptor == reference.descriptor else {
            throw HostError(
                .identityMismatch, "descriptor \(reference.descriptor) of process \(reference.pid) is not \(node.path)")
        }
    }

    /// Proves that a passed descriptor leads to a device that is open.
    func requireOpen(_ node: DeviceNode, through passed: DeviceName?) throws(HostError) {
        let device = try device(behind: node)
        guard passed == node.device else {
            throw HostError(
                .identityMismatch,
                "the passed descriptor leads to \(passed.map(\.string) ?? "no simulated device"), not to \(node.device)"
            )
        }
        guard device.opener != nil else {
            throw HostError(.holderGone, "nobody has \(node.device) open")
        }
    }
}

extension HostRequest {
    /// Whether it goes through the vdpa netlink family, which answers one at a time.
    var usesNetlink: Bool {
        switch self {
        case .inventory, .devices, .configuration, .statistics: true
        case .provision(let step): step.usesNetlink
        case .sysfsInventory, .holders, .perform, .autoprobe, .open, .discard, .release: false
        }
    }
}
