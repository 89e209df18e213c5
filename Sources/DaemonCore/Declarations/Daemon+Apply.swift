import ControlAPI
import JSON
import LinuxIO
import VDPA
import Virtio

/// Making the running devices what is declared. It goes on when its caller has left, so that nothing stays half done.
extension Daemon {
    /// `declaration.apply`
    func applyDeclarations(
        _ params: DeclarationApplyMethod.Params, _ operation: String?, _ rights: AccessRights
    ) async throws(ControlError) -> DeclarationApplyMethod.Result {
        let patience = UInt64(params.deadlineMs ?? environment.defaultDeadlineMs)
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: patience)
        let turn = declarationTurns.take()
        guard await turn.wait(until: deadline, on: loop) else {
            declarationTurns.end(turn)
            throw ControlError(
                .operationInProgress, "another change by declarations has not finished within the deadline")
        }
        let gate = Gate<Result<DeclarationApplyMethod.Result, ControlError>>()
        let caller = Caller()
        environment.followUps.add { [self] in
            let result = await apply(params, rights, until: deadline)
            gate.resolve(result)
            await endDeclarationTurn(turn)
            if caller.hasLeft {
                environment.operations.settle(operation, result.map { JSONText($0) })
            }
        }
        if let result = await gate.wait(until: deadline, on: loop) ?? gate.value { return try result.get() }
        caller.leave()
        environment.operations.leave(operation)
        throw ControlError(
            .deadlineExceeded,
            "the declarations have not been applied within the deadline; what was done of them is being taken back",
            hint: "declaration.diff says what differs")
    }

    private func endDeclarationTurn(_ turn: Turn) {
        declarationTurns.end(turn)
    }

    private func apply(
        _ params: DeclarationApplyMethod.Params, _ rights: AccessRights, until deadline: MonotonicInstant
    ) async -> Result<DeclarationApplyMethod.Result, ControlError> {
        do throws(ControlError) {
            let plan = try await planDeclarations(params, until: deadline)
            var result = DeclarationApplyMethod.Result(
                actions: plan.planned, dryRun: params.dryRun,
                problems: declarations.problems(seenBy: rights) + plan.problems)
            if params.dryRun { return .success(result) }
            let run = await carryOut(plan, confirmed: params.confirm, until: deadline)
            result.actions = run.actions
            guard var failure = run.failure else { return .success(result) }
            failure.actions = run.actions
            return .failure(failure)
        } catch {
            return .failure(error)
        }
    }

    /// Decides what is to be done, and refuses what cannot be done, before anything is.
    private func planDeclarations(
        _ params: DeclarationApplyMethod.Params, until deadline: MonotonicInstant
    ) async throws(ControlError) -> DeclarationPlan {
        let set = await readDeclarations()
        try await requireCurrentInventory()
        if let unknown = params.devices?.first(where: { set[$0] == nil }) { throw notDeclared(unknown) }
        let wanted = params.devices.map(Set.init)
        let entries = set.entries.filter { wanted?.contains($0.declaration.definition.name) ?? true }
        let names = Set(entries.map(\.declaration.definition.name))
        let plan = try DeclarationPlan(
            entries, on: await runningHost(configurationsOf: names), recreate: params.recreate)
        try await requireFree(plan.mustBeFree(confirmed: params.confirm), params, until: deadline)
        return plan
    }

    /// Refuses to touch devices that somebody uses. What is only seen later is refused by the step itself.
    private func requireFree(
        _ names: Set<DeviceName>, _ params: DeclarationApplyMethod.Params, until deadline: MonotonicInstant
    ) async throws(ControlError) {
        let devices = inventory.devices.filter { names.contains($0.name) }
        if !params.confirm, let used = devices.first(where: { $0.driver == .virtioVDPA }) {
            throw ControlError(
                .invalidParams, "confirm: must be true to take \(used.name) from the host's own virtio drivers",
                device: used.name)
        }
        let nodes = devices.compactMap(\.node)
        guard !nodes.isEmpty,
            case .success(let scan) = await host.holders(of: nodes, in: nil).wait(until: deadline, on: loop),
            let first = scan.holders.first
        else { return }
        var error = ControlError(
            .deviceBusy, "\(first.device) is held, and what is declared cannot be had while it is; nothing was done",
            device: first.device)
        error.holders = scan.holders.filter { $0.device == first.device }.map(HolderInfo.init)
        throw error
    }

    private func carryOut(
        _ plan: DeclarationPlan, confirmed: Bool, until deadline: MonotonicInstant
    ) async -> DeclarationRun {
        await DeclarationRun(plan.steps) { change throws(ControlError) in
            let now = MonotonicInstant.now
            guard now < deadline else {
                throw ControlError(
                    .deadlineExceeded, "the deadline has passed before \(change.device) was touched",
                    device: change.device)
            }
            try await make(change, confirmed: confirmed)
        } unmake: { change throws(ControlError) in
            try await make(change, confirmed: true)
        }
    }

    /// Makes one change, in the device's order, however long that takes: what goes on could not be taken back.
    private func make(_ change: DeclarationChange, confirmed: Bool) async throws(ControlError) {
        let deadlineMs = unlimitedMs
        let turn = takeTurn(on: change.device)
        let target = DeviceTarget(device: change.device, deadlineMs: deadlineMs)
        switch change {
        case .create(let definition):
            _ = try await add(DeviceAddMethod.Params(definition: definition, deadlineMs: deadlineMs), turn: turn)
        case .delete:
            _ = try await delete(DeviceDeleteMethod.Params(target: target, confirm: confirmed), turn: turn)
        case .setMAC(_, let mac):
            _ = try await set(DeviceSetMethod.Params(target: target, mac: mac, confirm: confirmed), turn: turn)
        case .bind(_, let driver):
            _ = try await bind(
                DeviceBindMethod.Params(target: target, driver: driver, confirm: confirmed), turn: turn)
        case .setNode(_, let rights):
            _ = try await set(DeviceSetMethod.Params(target: target, node: rights), turn: turn)
        }
    }
}
