import ControlAPI
import DeviceState
import JSONRPC
import LinuxIO
import Logging
import VDPA
import Virtio

/// Creating the device that a state is handed over with.
extension Daemon {
    /// `state.restore` with a device that is created for it; nil for one that is there.
    static let provisionedRestore: @Sendable (StateRestoreMethod.Params) -> HandlerTable.Creation<StateRestoreMethod>? =
        { params in
            guard let provision = params.provision else { return nil }
            return { daemon, turn throws(ControlError) in
                let (result, descriptor) = try await daemon.restore(params, provision, turn: turn)
                guard descriptor != nil else { return (result, nil, nil) }
                let incarnation = await daemon.incarnation(of: params.device)
                let delivery = ReplyDelivery {
                    daemon.environment.followUps.add {
                        await daemon.deleteUndelivered(params.device, incarnation)
                    }
                }
                return (result, descriptor, delivery)
            }
        }

    private func restore(
        _ params: StateRestoreMethod.Params, _ provision: RestoreProvision, turn: Turn
    ) async throws(ControlError) -> (StateRestoreMethod.Result, SharedDescriptor?) {
        let name = params.device
        let patience = UInt64(params.deadlineMs ?? environment.defaultDeadlineMs)
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: patience)
        return try await attend("the restore of \(name)", to: name, params.deadlineMs, turn) {
            daemon, caller throws(ControlError) in
            try params.requireConsistent()
            guard let document = params.state else { throw .noDevice(name) }
            let plan = try RestorePlan(document, for: name)
            let parameters = try await daemon.parameters(for: plan.state, provision, params)
            guard !params.dryRun else { return (try await daemon.plannedRestore(params, parameters), nil) }
            var definition = DeviceDefinition(name: name, managementDevice: parameters.managementDevice)
            definition.mac = parameters.mac
            definition.mtu = parameters.mtu
            definition.maximumQueuePairs = parameters.maximumQueuePairs
            definition.features = parameters.features
            definition.driver = .vhostVDPA
            definition.node = provision.node
            return try await daemon.create(definition, for: caller) { daemon throws(ControlError) in
                let device = try daemon.present(name)
                var request = device.request(turn)
                (request.limit, request.deadline) = (deadline, deadline)
                var (result, descriptor) = try await device.restore(plan, params, request)
                guard !caller.hasLeft else {
                    // A device that somebody has open is not deleted.
                    let closed = Gate<Void>()
                    await device.watchClose(during: turn) { _ in closed.resolve(()) }
                    descriptor = nil
                    _ = await closed.wait(until: .now.advanced(byMilliseconds: 2_000), on: daemon.loop)
                    throw ControlError(
                        .deadlineExceeded, "the restore of \(name) has ended after the deadline", device: name)
                }
                result.provisioned = parameters
                return (result, descriptor)
            }
        }
    }

    private func incarnation(of name: DeviceName) async -> UInt64? {
        await device(name)?.info?.incarnation
    }

    /// Deletes a device whose descriptor has not come to the client that it was created for. Whoever has it open after all
    /// keeps it.
    private func deleteUndelivered(_ name: DeviceName, _ incarnation: UInt64?) async {
        let turn = takeTurn(on: name)
        defer { endTurn(turn, on: name) }
        guard await turn.wait(until: .distantFuture, on: loop) else { return }
        do throws(ControlError) {
            try await requireInventory(for: name)
            guard let device = device(name), await self.incarnation(of: name) == incarnation else { return }
            // The descriptor has been given up, and its close is told a little later.
            if await device.isHeld != false {
                let closed = Gate<Void>()
                await device.watchClose(during: turn) { _ in closed.resolve(()) }
                _ = await closed.wait(until: .now.advanced(byMilliseconds: 2_000), on: loop)
            }
            try await remove(name)
            environment.log.notice(
                "a device was deleted again: its client has gone without it", metadata: ["device": "\(name)"])
        } catch {
            environment.log.error(
                "a device whose client has gone without it could not be deleted again",
                metadata: ["device": "\(name)", "error": "\(error.message)"])
        }
    }

    /// What a device is to be created with so that the state fits.
    ///
    /// - Throws: `ControlError`: `alreadyExists`, `managementDeviceNotFound`, `stateIncompatible` that names the field.
    private func parameters(
        for state: DeviceState, _ provision: RestoreProvision, _ params: StateRestoreMethod.Params
    ) async throws(ControlError) -> CreationParameters {
        let name = params.device
        try await requireInventory(for: name)
        guard device(name) == nil else {
            throw located(ControlError(.alreadyExists, "a device \(name) exists", device: name))
        }
        let target = CheckTarget.managementDevice(provision.managementDevice)
        let check: StateCheck
        let host = try await describe(for: target, params.deadlineMs)
        do throws(StateCheckError) {
            check = try StateCheck(of: state, with: target, on: host)
        } catch {
            throw ControlError(error)
        }
        guard let parameters = check.parameters else {
            let worst = check.fields.first { $0.finding.verdict == .blocking && !$0.finding.isAdvisory }
            var error = ControlError(
                .stateIncompatible,
                "\(provision.managementDevice) makes no device that fits: \(worst?.finding.reason ?? "")",
                device: name, hint: "state.check tells all of it")
            error.field = worst?.field.stateField.rawValue
            throw error
        }
        return parameters
    }

    /// What a dry run answers: nothing was created.
    private func plannedRestore(
        _ params: StateRestoreMethod.Params, _ parameters: CreationParameters
    ) async throws(ControlError) -> StateRestoreMethod.Result {
        guard let device = devices[params.device] else { throw .noDevice(params.device) }
        let warnings = ["what is created is compared with the state again before it is handed over"]
        var result = await device.result(of: params, warnings: warnings)
        result.provisioned = parameters
        return result
    }
}
