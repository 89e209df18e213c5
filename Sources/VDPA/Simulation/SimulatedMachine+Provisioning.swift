import LinuxIO
import Netlink
import SystemPackage
import Virtio

extension SimulatedMachine {
    /// Makes a change of the host; blocks the thread as long as the kernel would, or was made to.
    ///
    /// - Parameters:
    ///   - step: the change.
    ///   - connection: the daemon's connection, who is the holder where the host opens a node first.
    /// - Throws: `HostError`, as the kernel's host for the same refusal.
    func provision(_ step: ProvisioningStep, from connection: UInt64) throws(HostError) {
        switch step {
        case .create(let new):
            if let errno = enter(new.name, .create) { throw .creating(new, .refused(errno)) }
            try change { model throws(HostError) in try model.create(new) }
        case .delete(let device):
            try throwRefusal(of: .delete, device)
            try change { model throws(HostError) in try model.delete(device) }
            waitForRemoval(of: device)
        case .setMACAddress(let device, let address):
            try throwRefusal(of: .setAttribute, device)
            try change { model throws(HostError) in try model.setMACAddress(address, of: device) }
        case .bind(let device, let driver):
            waitForRemoval(of: device)
            if let errno = enter(device, .bind) { throw .simulatedBinding("bind", device, driver, errno) }
            try change { model throws(HostError) in try model.bind(device, to: driver) }
        case .unbind(let device, let driver, let node):
            waitForRemoval(of: device)
            try unbind(device, from: driver, node, for: connection)
        case .setAutoprobe(let on):
            if let errno = enter(nil, .autoprobe) {
                throw .autoprobe("written", errno, bus: SimulatedHostModel.bus)
            }
            try change { model throws(HostError) in model.autoprobe = on }
        case .permit(let node, let permissions):
            try permit(node, permissions)
        }
    }

    /// A netlink command that was made to fail.
    private func throwRefusal(of call: SimulatedCall, _ device: DeviceName) throws(HostError) {
        guard let errno = enter(device, call) else { return }
        throw HostError(.refused(errno), call: call.rawValue, device: device)
    }

    /// Returns when the device does not wait for its last close any more.
    private func waitForRemoval(of device: DeviceName) {
        wait { model in model.devices[device]?.removal != nil }
    }

    /// Unbinds a device; with a node, while this daemon alone has it open.
    private func unbind(
        _ device: DeviceName, from driver: BusDriver, _ node: DeviceNode?, for connection: UInt64
    ) throws(HostError) {
        let opening = try node.flatMap { node throws(HostError) in try openToUnbind(node, for: connection) }
        let refusal = enter(device, .unbind)
        try change { model throws(HostError) in
            // Closed together with what makes the node go, so that nobody comes between.
            defer { if let opening { model.closeOpener(device, opening: opening) } }
            if let refusal { throw .simulatedBinding("unbind", device, driver, refusal) }
            try model.unbind(device, from: driver)
        }
        waitForRemoval(of: device)
    }

    /// - Returns: nil when the device did not answer, which it does not before it is certain that nobody has it open.
    private func openToUnbind(_ node: DeviceNode, for connection: UInt64) throws(HostError) -> UInt64? {
        let refusal = enter(node.device, .open)
        return try change { model throws(HostError) in
            _ = try model.device(behind: node)
            if let refusal {
                guard refusal == .ioError else { throw .opening(node, refusal) }
                return nil
            }
            return try model.open(node.device, for: connection)
        }
    }

    private func permit(_ node: DeviceNode, _ permissions: NodePermissions) throws(HostError) {
        let user = try permissions.owner.map { name throws(HostError) in
            try DeviceNode.number(of: name, "user") { () throws(Errno) in try UserDatabase.userID(named: name) }
        }
        let group = try permissions.group.map { name throws(HostError) in
            try DeviceNode.number(of: name, "group") { () throws(Errno) in try UserDatabase.groupID(named: name) }
        }
        if let errno = enter(node.device, .chown) { throw node.permitting(node.path, errno) }
        try change { model throws(HostError) in
            try model.permit(node) { rights in
                rights.user = user ?? rights.user
                rights.group = group ?? rights.group
                rights.mode = permissions.mode ?? rights.mode
            }
        }
    }

    // MARK: Looking

    /// What a device counts for these queues, as `VDPAFamily.statistics` reports it.
    func statistics(of device: DeviceName, queues: [UInt32]) throws(HostError) -> DeviceStatistics {
        var statistics = DeviceStatistics()
        for index in queues {
            do throws(HostError) {
                if let errno = enter(device, .getVendorStatistics) {
                    throw HostError.counting(queue: index, of: device, .refused(errno))
                }
                let (negotiated, counters) = try change { model throws(HostError) in
                    do throws(NetlinkError) { return try model.counters(of: device, queue: index, at: model.now) } catch
                    {
                        throw HostError.counting(queue: index, of: device, error)
                    }
                }
                statistics.negotiatedFeatures = negotiated
                statistics.queues.append(DeviceStatistics.Queue(index: index, counters: counters))
            } catch let error where error.code == .notRunning || error.code == .invalidArgument {
                statistics.queues.append(DeviceStatistics.Queue(index: index, counters: [], failure: error))
            }
        }
        return statistics
    }

    /// Whether new devices are bound by themselves.
    func autoprobe() throws(HostError) -> Bool {
        if let errno = enter(nil, .autoprobe) { throw .autoprobe("read", errno, bus: SimulatedHostModel.bus) }
        return read { model in model.autoprobe }
    }
}
