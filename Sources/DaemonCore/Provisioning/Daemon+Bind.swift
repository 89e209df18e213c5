import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// Binding devices to drivers, and the rights of their nodes.
extension Daemon {
    /// `device.bind`
    func bind(_ params: DeviceBindMethod.Params, turn: Turn) async throws(ControlError) -> BoundDevice {
        let name = params.target.device
        return try await attend("the binding of \(name)", to: name, params.target.deadlineMs, turn) {
            daemon, _ throws(ControlError) in
            try await daemon.readInventory(for: name)
            let device = try daemon.present(name)
            let info = await device.info
            if info?.driver != params.driver.busDriver {
                try await device.requireConfirmation(params.confirm, "taken from its driver")
                try await daemon.rebind(name, to: params.driver)
            }
            return try daemon.bound(name)
        }
    }

    /// Takes a device from its driver and gives it to another one, or to none.
    func rebind(_ name: DeviceName, to driver: DriverSelection) async throws(ControlError) {
        let device = try present(name)
        guard let info = await device.info else { return }
        var record = ProvisioningRecord(device: name, change: .bind, bootID: environment.bootID)
        record.incarnation = info.incarnation
        record.driver = driver
        try remember(record)
        do throws(ControlError) {
            try await release(device, info)
            if let wanted = driver.busDriver {
                do throws(ControlError) {
                    try await carryOut(.bind(name, wanted), for: name)
                } catch let error where error.code != .cancelled {
                    throw await boundAgain(error, name, info.driver)
                }
            }
        } catch {
            // At the daemon's end the record stays for its successor.
            if error.code != .cancelled { forgetChange(of: name) }
            throw error
        }
        forgetChange(of: name)
        try await readInventory(for: name)
        let found = try await present(name).info?.driver
        guard found == driver.busDriver else {
            throw located(
                ControlError(
                    .verificationFailed,
                    "\(name) was bound to \(driver.rawValue) and is bound to \(found?.name ?? "no driver") now",
                    device: name))
        }
        await permitAgain(name)
    }

    /// Reads the inventory anew; sysfs alone is enough to bind a device.
    private func readInventory(for name: DeviceName) async throws(ControlError) {
        _ = try await finish(beginRefresh())
    }

    // MARK: The rights of nodes

    /// Gives a device's node the rights that it is to have; nothing to do without a node.
    func permit(_ rights: NodeRights?, on name: DeviceName) async throws(ControlError) {
        guard let rights, let node = try await present(name).info?.node else { return }
        try await carryOut(.permit(node, NodePermissions(rights)), for: name)
        // Nothing announces it.
        beginRefresh()
    }

    /// Gives all nodes the rights that they are to have.
    func permitAll() async {
        for info in inventory.devices where info.node != nil { await permitAgain(info.name) }
    }

    /// Gives a node the rights that its declaration or the configuration says, as far as that is possible.
    func permitAgain(_ name: DeviceName) async {
        do throws(ControlError) {
            try await permit(nodeRights(of: name), on: name)
        } catch {
            environment.log.error(
                "the rights of a node could not be set", metadata: ["device": "\(name)", "error": "\(error.message)"])
        }
    }
}

extension NodePermissions {
    /// The host's form of the contract's rights.
    init(_ rights: NodeRights) {
        self.init(owner: rights.owner, group: rights.group, mode: rights.mode?.bits)
    }
}
