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
            try await daemon.create(definition, for: caller) { _ in }
            return try daemon.bound(definition.name)
        }
    }

    /// Creates a device and does something with it; if any of that fails, the device is deleted again, also after a death of
    /// the daemon.
    func create<Value>(
        _ definition: DeviceDefinition, for caller: Caller,
        then use: (isolated Daemon) async throws(ControlError) -> Value
    ) async throws(ControlError) -> Value {
        let name = definition.name
        var record = ProvisioningRecord(device: name, change: .add, bootID: environment.bootID)
        record.managementDevice = definition.managementDevice
        record.driver = definition.driver
        var isBegun = false
        do throws(ControlError) {
            try await make(definition, record, for: caller, noting: &isBegun)
            try await complete(definition, for: caller)
            let value = try await use(self)
            forgetChange(of: name)
            return value
        } catch {
            throw isBegun ? await takenBack(error, record) : error
        }
    }

    /// Creates the device, unbound if a driver is wanted for it, so that only that one gets it. One at a time: each may
    /// turn autoprobe off and on again.
    private func make(
        _ definition: DeviceDefinition, _ record: ProvisioningRecord, for caller: Caller, noting isBegun: inout Bool
    ) async throws(ControlError) {
        let name = definition.name
        let place = creations.take()
        defer { creations.end(place) }
        guard await place.wait(until: .distantFuture, on: loop), !caller.hasLeft else {
            throw ControlError(.cancelled, "nobody waits for \(name) any more; nothing was done", device: name)
        }
        if autoprobeDebt != nil { try await restoreAutoprobe(for: name) }
        try await requireInventory(for: name)
        guard device(name) == nil else {
            throw located(ControlError(.alreadyExists, "a device \(name) exists", device: name))
        }
        let new = try definition.checked(against: inventory)
        try remember(record)
        isBegun = true
        guard definition.driver != nil, try await result(of: host.autoprobe(), for: name) else {
            return try await carryOut(.create(new), for: name)
        }
        var changed = record
        changed.restoresAutoprobe = true
        try remember(changed)
        do throws(ControlError) {
            try await carryOut(.setAutoprobe(false), for: name)
            try await carryOut(.create(new), for: name)
        } catch {
            if error.code != .cancelled { try await restoreAutoprobe(for: name) }
            throw error
        }
        try await restoreAutoprobe(for: name)
    }

    /// Binds what was created, gives its node the rights it is to have, and proves that all is as it was asked for.
    private func complete(_ definition: DeviceDefinition, for caller: Caller) async throws(ControlError) {
        let name = definition.name
        if let driver = definition.driver?.busDriver { try await carryOut(.bind(name, driver), for: name) }
        try await readAgain(for: name)
        try await permit(definition.node ?? nodeRights(of: name), on: name)
        try await verify(definition)
        // Whether somebody has opened it meanwhile.
        if let device = device(name), await device.isHeld == nil, let node = await device.info?.node {
            await findHolders(of: [node])
        }
        guard !caller.hasLeft else {
            throw ControlError(.deadlineExceeded, "the creation of \(name) has ended after the deadline", device: name)
        }
    }

    /// Compares what was asked for with what the host shows now.
    private func verify(_ definition: DeviceDefinition) async throws(ControlError) {
        let name = definition.name
        guard let info = try await present(name).info else { return }
        var wrong: [String] = []
        if info.managementDevice != definition.managementDevice {
            wrong.append("its management device is \(info.managementDevice ?? "not known")")
        }
        if let driver = definition.driver, info.driver != driver.busDriver {
            wrong.append("it is bound to \(info.driver?.name ?? "no driver")")
        }
        if definition.mac != nil || definition.mtu != nil || definition.features != nil
            || definition.maximumQueuePairs != nil
        {
            let found = try await result(of: host.configuration(of: name), for: name)
            let new = try definition.checked(against: inventory)
            if let mac = new.macAddress, found.network?.macAddress != mac {
                wrong.append("its address is \(found.network?.macAddress?.description ?? "not shown")")
            }
            if let mtu = new.mtu, found.network?.mtu != mtu {
                wrong.append("its MTU is \(found.network?.mtu?.description ?? "not shown")")
            }
            if let pairs = definition.maximumQueuePairs, let shown = found.queuePairs, shown != pairs {
                wrong.append("it has \(shown) queue pairs")
            }
            if let features = new.features, found.features != features {
                wrong.append("its features are \(found.features?.hexadecimal ?? "not shown")")
            }
        }
        guard !wrong.isEmpty else { return }
        throw ControlError(
            .verificationFailed, "\(name) is not what was asked for: \(wrong.joined(separator: ", "))", device: name)
    }

    /// Deletes again what was created, because of a later failure.
    ///
    /// - Returns: the failure, and what has become of the device.
    private func takenBack(_ failure: ControlError, _ record: ProvisioningRecord) async -> ControlError {
        let name = record.device
        var failure = failure
        // It was there: somebody else has deleted it, or its hardware was removed.
        if failure.code == .deviceNotFound { failure.code = .deviceGone }
        // At the daemon's end the record stays for its successor.
        if failure.code == .cancelled { return failure }
        // A name that somebody else has taken meanwhile is not vdpad's to take back.
        if failure.code == .alreadyExists {
            forgetChange(of: name)
            return failure
        }
        do throws(ControlError) {
            try await readAgain(for: name)
            if device(name) != nil {
                try await remove(name)
                failure.message += "; the device was deleted again"
            }
            failure.stateAfter = DeviceStateAfter(runState: .gone, status: nil)
            forgetChange(of: name)
        } catch {
            let isSeen = error.code != .hostBlocked
            failure.message += "; the device \(isSeen ? "is" : "may be") still there: \(error.message)"
            leave(record, because: error)
        }
        return failure
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
