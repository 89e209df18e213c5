import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// Deleting devices.
extension Daemon {
    /// `device.delete`
    func delete(_ params: DeviceDeleteMethod.Params, turn: Turn) async throws(ControlError) -> DeviceControlState {
        let name = params.target.device
        return try await attend("the deletion of \(name)", to: name, params.target.deadlineMs, turn) {
            daemon, _ throws(ControlError) in
            try await daemon.requireInventory(for: name)
            let device = try daemon.present(name)
            try await device.requireDeletable()
            try await device.requireConfirmation(params.confirm, "deleted")
            try await daemon.remove(name)
            return await device.controlState()
        }
    }

    /// Takes a device from its driver and deletes it. Whoever has it open keeps it: `deviceBusy`.
    ///
    /// While its node can be opened the device is never deleted: the kernel would wait for the last close and lock generic
    /// netlink for the whole host.
    func remove(_ name: DeviceName) async throws(ControlError) {
        let device = try present(name)
        guard let info = await device.info else { return }
        var record = ProvisioningRecord(device: name, change: .delete, bootID: environment.bootID)
        record.managementDevice = info.managementDevice
        record.incarnation = info.incarnation
        try remember(record)
        do throws(ControlError) {
            try await release(device, info)
            try await carryOut(.delete(name), for: name)
        } catch let error where error.code == .cancelled {
            // At the daemon's end the record stays for its successor.
            throw error
        } catch let error where error.code == .deviceNotFound {
            // Somebody else was faster.
        } catch {
            throw await boundAgain(error, name, info.driver)
        }
        try await readAgain(for: name)
        forgetChange(of: name)
        guard self.device(name) == nil else {
            throw located(
                ControlError(.verificationFailed, "\(name) was deleted and is on the vdpa bus again", device: name))
        }
    }

    /// Takes a device from its driver, if it has one.
    func release(_ device: Device, _ info: HostDevice) async throws(ControlError) {
        guard let driver = info.driver else { return }
        let owned = await device.isOwned
        guard !owned else {
            throw located(
                ControlError(
                    .deviceBusy, "vdpad itself has \(info.name) open", device: info.name,
                    hint: "close it with device.close"))
        }
        let unbind = ProvisioningStep.unbind(info.name, driver, info.node)
        let result: Result<Void, HostError>?
        if let node = info.node {
            (_, result) = try await device.callWhenClosed(node, until: .distantFuture) { [host] in
                host.provision(unbind)
            }
        } else {
            result = await host.provision(unbind).wait(until: .distantFuture, on: loop)
        }
        switch result {
        case .success: return
        case .failure(let error):
            // Somebody else may have been faster, such as a call of a daemon that has died since.
            await readBinding(of: info.name)
            guard await device.info?.driver != nil else { return }
            throw failure(error, of: info.name)
        case nil: throw ControlError(.cancelled, "vdpad is being stopped", device: info.name)
        }
    }

    /// Gives a device back to its former driver if it has lost that, because of a later failure, and forgets the change.
    ///
    /// - Returns: the failure, and what has become of the device.
    func boundAgain(_ failure: ControlError, _ name: DeviceName, _ driver: BusDriver?) async -> ControlError {
        var failure = failure
        await readBinding(of: name)
        if let driver, let info = await device(name)?.info, info.driver == nil {
            do throws(ControlError) {
                try await carryOut(.bind(name, driver), for: name)
                await readBinding(of: name)
                if driver == .vhostVDPA { await permitAgain(name) }
                failure.message += "; it is bound to \(driver.name) again"
            } catch {
                failure.message += "; it is not bound any more: \(error.message)"
            }
        }
        forgetChange(of: name)
        return located(failure)
    }
}

extension Device {
    /// Refuses what the kernel would: it deletes only what a management device created.
    func requireDeletable() throws(ControlError) {
        guard info?.managementDevice == nil else { return }
        var error = ControlError(
            .notSupported, "\(name.string) cannot be deleted: no management device created it", device: name)
        error.stateAfter = stateAfter
        throw error
    }

    /// Refuses to take the device from the host's own drivers unless the caller says that this is meant.
    func requireConfirmation(_ confirm: Bool, _ verb: String) throws(ControlError) {
        guard let driver = info?.driver, driver != .vhostVDPA, !confirm else { return }
        var error = ControlError(
            .invalidParams,
            "confirm: must be true for \(name.string) to be \(verb), since \(driver.name) uses it on this host",
            device: name)
        error.stateAfter = stateAfter
        throw error
    }
}
