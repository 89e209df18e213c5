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
            await daemon.readBinding(of: name)
            let device = try daemon.present(name)
            let info = await device.info
            if info?.driver != params.driver.busDriver {
                try await device.requireConfirmation(params.confirm, "taken from its driver")
                let warning = try await daemon.rebind(name, to: params.driver, from: info?.driver)
                return try daemon.bound(name, warnings: warning.map { [$0] } ?? [])
            }
            return try daemon.bound(name)
        }
    }

    /// Takes a device from its driver and gives it to another one, or to none; back to the former one if that fails.
    ///
    /// - Returns: what the caller should know; nil when all is well.
    @discardableResult
    func rebind(
        _ name: DeviceName, to driver: DriverSelection, from former: BusDriver?
    ) async throws(ControlError) -> String? {
        let device = try present(name)
        guard let info = await device.info else { return nil }
        var record = ProvisioningRecord(device: name, change: .bind, bootID: environment.bootID)
        record.incarnation = info.incarnation
        record.driver = driver
        record.formerDriver = former.flatMap { DriverSelection(rawValue: $0.name) }
        try remember(record)
        do throws(ControlError) {
            try await release(device, info)
            if let wanted = driver.busDriver { try await carryOut(.bind(name, wanted), for: name) }
        } catch let error where error.code == .cancelled {
            // At the daemon's end the record stays for its successor.
            throw error
        } catch {
            await readBinding(of: name)
            // Somebody else may have been faster, such as a call of a daemon that has died since.
            if await self.device(name)?.info?.driver != driver.busDriver {
                throw await boundAgain(error, name, former)
            }
        }
        forgetChange(of: name)
        await readBinding(of: name)
        let found = try await present(name).info?.driver
        guard found == driver.busDriver else {
            throw located(
                ControlError(
                    .verificationFailed,
                    "\(name) was bound to \(driver.rawValue) and is bound to \(found?.name ?? "no driver") now",
                    device: name))
        }
        return await permitAgain(name)
    }

    /// Reads how a device is bound; where netlink is silent, from sysfs alone, which is enough for that.
    func readBinding(of name: DeviceName) async {
        _ = await beginRefresh(.devices([name])).wait(until: .distantFuture, on: loop)
    }

    // MARK: The rights of nodes

    /// Gives a device's node the rights that it is to have; nothing to do without a node.
    func permit(_ rights: NodeRights?, on name: DeviceName) async throws(ControlError) {
        guard let rights, let node = try await present(name).info?.node else { return }
        try await carryOut(.permit(node, NodePermissions(rights)), for: name)
        // Nothing announces it.
        await readBinding(of: name)
        let status = try await present(name).info?.nodeStatus
        guard status?.has(rights) != true else { return }
        let now = status.map { "\($0.userID):\($0.groupID) \(String($0.mode, radix: 8))" } ?? "not known"
        throw located(
            ControlError(
                .verificationFailed, "\(node.path) of \(name) has other rights than it was given: \(now)", device: name)
        )
    }

    /// Gives all nodes the rights that they are to have, each in its device's turn: not before a binding has ended.
    func permitAll() async {
        for name in inventory.devices.filter({ $0.node != nil }).map(\.name) where nodeRights(of: name) != nil {
            let turn = takeTurn(on: name)
            _ = try? await attend("the rights of the node of \(name)", to: name, unlimitedMs, turn) {
                daemon, _ in await daemon.permitAgain(name)
            }
        }
    }

    /// Gives a node the rights that its declaration or the configuration says, as far as that is possible.
    ///
    /// - Returns: why it was not possible; nil when all is well.
    @discardableResult
    func permitAgain(_ name: DeviceName) async -> String? {
        do throws(ControlError) {
            try await permit(nodeRights(of: name), on: name)
            return nil
        } catch {
            environment.log.error(
                "the rights of a node could not be set", metadata: ["device": "\(name)", "error": "\(error.message)"])
            return "the rights of its node could not be set: \(error.message)"
        }
    }
}

extension NodePermissions {
    /// The host's form of the contract's rights.
    init(_ rights: NodeRights) {
        self.init(owner: rights.owner, group: rights.group, mode: rights.mode?.bits)
    }
}
