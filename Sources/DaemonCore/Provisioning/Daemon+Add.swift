import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// Creating devices.
extension Daemon {
    /// `device.add`
    func add(_ params: DeviceAddMethod.Params, turn: Turn) async throws(ControlError) -> BoundDevice {
        let definition = params.definition
        return try await attend("the creation of \(definition.name)", to: definition.name, params.deadlineMs, turn) {
            daemon, caller throws(ControlError) in
            try await daemon.create(definition, for: caller)
        }
    }

    private func create(
        _ definition: DeviceDefinition, for caller: Caller
    ) async throws(ControlError) -> BoundDevice {
        let name = definition.name
        // One at a time: each may turn autoprobe off and on again.
        let place = creations.take()
        defer { creations.end(place) }
        guard await place.wait(until: .distantFuture, on: loop), !caller.hasLeft else {
            throw ControlError(.cancelled, "nobody waits for \(name) any more; nothing was done", device: name)
        }
        try await readAgain(for: name)
        guard device(name) == nil else {
            throw located(ControlError(.alreadyExists, "a device \(name) exists", device: name))
        }
        let new = try definition.checked(against: inventory)
        var record = ProvisioningRecord(device: name, change: .add, bootID: environment.bootID)
        record.managementDevice = definition.managementDevice
        record.driver = definition.driver
        try remember(record)
        do throws(ControlError) {
            try await make(new, record)
        } catch {
            forgetChange(of: name)
            throw error
        }
        do throws(ControlError) {
            try await complete(definition, for: caller)
        } catch {
            throw await takenBack(error, name)
        }
        forgetChange(of: name)
        return try bound(name)
    }

    /// Creates the device, unbound if a driver is wanted for it, so that only that one gets it.
    private func make(_ new: NewDevice, _ record: ProvisioningRecord) async throws(ControlError) {
        guard record.driver != nil, try await isAutoprobing(for: new.name) else {
            return try await carryOut(.create(new), for: new.name)
        }
        var changed = record
        changed.restoresAutoprobe = true
        try remember(changed)
        try await carryOut(.setAutoprobe(false), for: new.name)
        let outcome: ControlError?
        do throws(ControlError) {
            try await carryOut(.create(new), for: new.name)
            outcome = nil
        } catch {
            outcome = error
        }
        try await carryOut(.setAutoprobe(true), for: new.name)
        if let outcome { throw outcome }
        try remember(record)
    }

    private func isAutoprobing(for name: DeviceName) async throws(ControlError) -> Bool {
        switch await host.autoprobe().wait(until: .distantFuture, on: loop) {
        case .success(let isOn): return isOn
        case .failure(let error): throw failure(error, of: name)
        case nil: throw ControlError(.cancelled, "vdpad is being stopped", device: name)
        }
    }

    /// Binds what was created, gives its node the rights it is to have, and proves that all is as it was asked for.
    private func complete(_ definition: DeviceDefinition, for caller: Caller) async throws(ControlError) {
        let name = definition.name
        if let driver = definition.driver?.busDriver { try await carryOut(.bind(name, driver), for: name) }
        try await readAgain(for: name)
        try await permit(definition.node ?? nodeRights(of: name), on: name)
        try await verify(definition)
        guard !caller.hasLeft else {
            throw ControlError(.deadlineExceeded, "the creation of \(name) has ended after the deadline", device: name)
        }
    }

    /// Compares what was asked for with what the host shows now.
    private func verify(_ definition: DeviceDefinition) async throws(ControlError) {
        let name = definition.name
        let info = try await present(name).info
        var wrong: [String] = []
        if info?.managementDevice != definition.managementDevice {
            wrong.append("its management device is \(info?.managementDevice ?? "not known")")
        }
        if let driver = definition.driver, info?.driver != driver.busDriver {
            wrong.append("it is bound to \(info?.driver?.name ?? "no driver")")
        }
        if definition.mac != nil || definition.mtu != nil {
            let found = try await configuration(of: name).network
            if let mac = definition.mac, found?.macAddress != mac {
                wrong.append("its address is \(found?.macAddress?.description ?? "not shown")")
            }
            if let mtu = definition.mtu, found?.mtu != mtu {
                wrong.append("its MTU is \(found?.mtu?.description ?? "not shown")")
            }
        }
        guard !wrong.isEmpty else { return }
        throw ControlError(
            .verificationFailed, "\(name) is not what was asked for: \(wrong.joined(separator: ", "))", device: name)
    }

    private func configuration(of name: DeviceName) async throws(ControlError) -> NetlinkConfiguration {
        switch await host.configuration(of: name).wait(until: .distantFuture, on: loop) {
        case .success(let configuration): return configuration
        case .failure(let error): throw failure(error, of: name)
        case nil: throw ControlError(.cancelled, "vdpad is being stopped", device: name)
        }
    }

    /// Deletes again what was created, because of a later failure.
    ///
    /// - Returns: the failure, and what has become of the device.
    private func takenBack(_ failure: ControlError, _ name: DeviceName) async -> ControlError {
        var failure = failure
        // At the daemon's end the record stays for its successor.
        if failure.code == .cancelled { return failure }
        do throws(ControlError) {
            try await remove(name)
            failure.message += "; the device was deleted again"
            failure.stateAfter = DeviceStateAfter(runState: .gone, status: nil)
        } catch {
            failure.message += "; the device is still there: \(error.message)"
            if error.code == .cancelled { return failure }
        }
        forgetChange(of: name)
        return located(failure)
    }
}

extension DriverSelection {
    /// The driver of the bus; nil for none.
    var busDriver: BusDriver? {
        switch self {
        case .vhostVDPA: .vhostVDPA
        case .virtioVDPA: .virtioVDPA
        case .none: nil
        }
    }
}
