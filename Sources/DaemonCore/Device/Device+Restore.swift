import ControlAPI
import DeviceState
import LinuxIO
import VDPA
import Virtio

/// Giving the device the state of another one.
extension Device {
    /// `state.restore`
    ///
    /// - Returns: what became of the state, and in mode handOver the device's descriptor, of which vdpad keeps none.
    func restore(
        _ params: StateRestoreMethod.Params, turn: Turn
    ) async throws(ControlError) -> (StateRestoreMethod.Result, SharedDescriptor?) {
        defer { turns.end(turn) }
        try params.requireConsistent()
        let request = request(turn, deadlineMs: params.deadlineMs)
        try await begin(request)
        guard let document = params.state else {
            let fields = try await rewind(params, request)
            return (result(of: params, fields: fields), nil)
        }
        let plan: RestorePlan
        do throws(ControlError) {
            plan = try RestorePlan(document, for: name)
        } catch {
            var error = error
            error.stateAfter = stateAfter
            throw error
        }
        return try await restore(plan, params, request)
    }

    /// Restores a state that was found to be one, in the turn of the caller.
    func restore(
        _ plan: RestorePlan, _ params: StateRestoreMethod.Params, _ request: DeviceRequest
    ) async throws(ControlError) -> (StateRestoreMethod.Result, SharedDescriptor?) {
        let node = try requireFree()
        let (target, unknown) = try await compare(plan, params.mode, node, request)
        var warnings = plan.warnings + unknown
        guard !params.dryRun else {
            warnings.append("the configuration can be compared on an open device only")
            if isHeld == true {
                warnings.append("it has not been closed, though no process was found that has it open")
            }
            return (result(of: params, warnings: warnings), nil)
        }
        switch params.mode {
        case .owner:
            let (fields, kept) = try await give(plan, to: node, starting: params.start, request)
            return (result(of: params, fields: fields, warnings: warnings + kept), nil)
        case .preflight:
            let (fields, kept) = try await tryOut(plan, on: node, request)
            return (result(of: params, fields: fields, warnings: warnings + kept), nil)
        case .handOver, .rewind:
            let descriptor = try await handOver(node, request)
            return (result(of: params, program: plan.program(of: target), warnings: warnings), descriptor)
        }
    }

    func result(
        of params: StateRestoreMethod.Params, fields: [RestoredField] = [], program: DeviceProgram? = nil,
        warnings: [String] = []
    ) -> StateRestoreMethod.Result {
        StateRestoreMethod.Result(
            state: controlState(warnings: warnings), mode: params.mode, dryRun: params.dryRun,
            fields: fields.map(RestoredFieldInfo.init), program: program)
    }

    /// Compares a state with what is known of the device without opening it.
    ///
    /// - Returns: what it was compared with, and what could not be compared.
    private func compare(
        _ plan: RestorePlan, _ mode: RestoreMode, _ node: DeviceNode, _ request: DeviceRequest
    ) async throws(ControlError) -> (RestoreTarget, [String]) {
        if isHeld == true, let busy = await holding(node, since: holderChanges, until: request.deadline) { throw busy }
        var missing: [DeviceState.MissingPart] = []
        let netlink = await netlinkConfiguration(until: request.deadline, &missing)
        let target = RestoreTarget(
            deviceClass: info?.deviceClass ?? netlink?.deviceClass, features: netlink?.features,
            queueCount: info?.queueCount, maximumQueueSize: info?.maximumQueueSize)
        do throws(HostError) {
            try plan.restored.requireFit(target)
        } catch {
            throw failure(error)
        }
        try check(plan, mode, netlink)
        guard target.features == nil else { return (target, []) }
        return (target, ["the features that the device offers could not be compared: netlink does not say"])
    }

    /// Refuses what blocks by `state.check`, save for a configuration that the device itself is going to be asked about: it
    /// may take another one.
    private func check(
        _ plan: RestorePlan, _ mode: RestoreMode, _ netlink: NetlinkConfiguration?
    ) throws(ControlError) {
        guard let info else { return }
        let host = HostDescription(
            host: HostDescription.Origin(
                name: environment.source.host, kernel: environment.source.kernel, vdpad: Version.current,
                time: Timestamp.now.text),
            managementDevices: [], devices: [description(of: info, netlink, "it was not read")])
        let fields: [CheckedField]
        do throws(StateCheckError) {
            fields = try StateCheck(of: plan.state, with: .device(name), on: host).fields
        } catch {
            throw ControlError(error)
        }
        let blocking = fields.first { checked in
            checked.finding.verdict == .blocking && !checked.finding.isAdvisory
                && (mode == .handOver || checked.field.stateField != .configuration)
        }
        guard let blocking else { return }
        var error = ControlError(
            .stateIncompatible, "\(name) does not fit: \(blocking.finding.reason)", device: name,
            hint: "state.check tells all of it")
        error.field = blocking.field.stateField.rawValue
        error.stateAfter = stateAfter
        throw error
    }

    // MARK: Owner

    /// Opens the device and gives it the state, all or nothing.
    ///
    /// - Returns: what became of each field, and what the caller should know.
    private func give(
        _ plan: RestorePlan, to node: DeviceNode, starting: Bool, _ request: DeviceRequest
    ) async throws(ControlError) -> ([RestoredField], [String]) {
        let report = try await open(node, plan.bringUp(.owner), request)
        var fields = report.restored
        var last = report.latest
        do throws(HostError) {
            try await verifyFeatures(plan, &fields, request)
        } catch {
            throw await withdrawing(report, node, request, because: error)
        }
        if starting {
            last = try await startRestored(plan, report, &fields, node, request)
        }
        guard info?.node == node else {
            let error = HostError(.gone, "\(name.string) was removed while its state was being restored")
            throw await withdrawing(report, node, request, because: error)
        }
        noteOwned()
        note(last)
        return (fields, plan.warnings(keeping: last.configuration))
    }

    /// Proves the negotiated features, which only netlink tells.
    private func verifyFeatures(
        _ plan: RestorePlan, _ fields: inout [RestoredField], _ request: DeviceRequest
    ) async throws(HostError) {
        guard let place = fields.firstIndex(where: { $0.field == .negotiatedFeatures && $0.outcome == .accepted }),
            case .success(let netlink) = await host.configuration(of: name).wait(until: request.deadline, on: loop),
            let found = netlink.negotiatedFeatures
        else { return }
        guard found == plan.restored.features else {
            throw HostError(
                .verificationFailed,
                "\(plan.restored.features.hexadecimal) was accepted and \(found.hexadecimal) was negotiated",
                call: "VDPA_CMD_DEV_CONFIG_GET", at: .negotiatedFeatures)
        }
        fields[place].outcome = .verified
    }

    /// Sets DRIVER_OK, the last step, or takes back what `report` says of those before.
    private func startRestored(
        _ plan: RestorePlan, _ report: DeviceReport, _ fields: inout [RestoredField], _ node: DeviceNode,
        _ request: DeviceRequest
    ) async throws(ControlError) -> DeviceObservation {
        guard request.deadline > .now else {
            let error = HostError(.deadlineExceeded, "the deadline has passed before DRIVER_OK was set")
            throw await withdrawing(report, node, request, because: error)
        }
        let call = host.perform(.start(proving: plan.unproved(fields)), on: node, through: .owner)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            leave(
                call, on: node, request,
                then: { device, _, request in _ = await device.withdraw(report, node, request) })
            throw late("the start of \(name.string)", hint: "the device is closed as soon as the call returns")
        }
        switch result {
        case .success(let started):
            let proved = Set(started.restored.map(\.field))
            fields.removeAll { proved.contains($0.field) }
            fields += started.restored + [RestoredField(.status, .verified)]
            return started.latest
        case .failure(let error):
            throw await withdrawing(report, node, request, because: error)
        }
    }

    // MARK: Preflight

    /// Opens the device, tries what it takes of the state, and closes it as it was.
    ///
    /// - Returns: what became of each field, and what the caller should know.
    private func tryOut(
        _ plan: RestorePlan, on node: DeviceNode, _ request: DeviceRequest
    ) async throws(ControlError) -> ([RestoredField], [String]) {
        let report = try await open(node, plan.bringUp(.preflight), request)
        var fields = report.restored
        do throws(HostError) {
            try await verifyFeatures(plan, &fields, request)
        } catch {
            fields.removeAll { $0.field == .negotiatedFeatures }
            fields.append(RestoredField(.negotiatedFeatures, .refused, reason: error.message))
        }
        switch await withdraw(report, node, request) {
        case nil: throw late("the closing of \(name.string)", hint: nil)
        case .failure(let error): throw failure(error)
        case .success: return (fields, plan.warnings(keeping: report.latest.configuration))
        }
    }

    // MARK: Taking it back

    /// Takes a restore back.
    ///
    /// - Returns: why there was none, with what became of the device.
    private func withdrawing(
        _ report: DeviceReport, _ node: DeviceNode, _ request: DeviceRequest, because reason: HostError
    ) async -> ControlError {
        var error = reason
        // What was seen before it was closed says nothing of the device now.
        error.observation = nil
        switch await withdraw(report, node, request) {
        case nil: error.message += "; the device is closed as soon as its calls return"
        case .failure(let second): error.message += "; what was restored could not be taken back: \(second.message)"
        case .success: break
        }
        return failure(error)
    }

    /// Writes the configuration as it was and closes the device.
    ///
    /// - Returns: what the host answers, the device being closed in any case; nil when it has not answered in time.
    func withdraw(
        _ report: DeviceReport, _ node: DeviceNode, _ request: DeviceRequest
    ) async -> Result<DeviceReport, HostError>? {
        let procedure = report.formerConfiguration.map(DeviceProcedure.withdraw(configuration:)) ?? .close
        let call = host.perform(procedure, on: node, through: .owner)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            leave(call, on: node, request, noting: { device, _ in device.noteClosed() })
            return nil
        }
        noteClosed()
        return result
    }
}

extension StateRestoreMethod.Params {
    /// A state belongs to every mode but rewind, which takes queues instead.
    func requireConsistent() throws(ControlError) {
        let isRewind = mode == .rewind
        guard (state == nil) == isRewind else {
            throw ControlError(
                .invalidParams, "state: mode \(mode.rawValue) \(isRewind ? "takes queues instead" : "needs it")")
        }
        guard queues.isEmpty != isRewind else {
            throw ControlError(
                .invalidParams, "queues: \(isRewind ? "mode rewind needs them" : "they are for mode rewind only")")
        }
    }
}

extension RestoredFieldInfo {
    /// The contract's form of a field.
    init(_ field: RestoredField) {
        let outcome: Outcome =
            switch field.outcome {
            case .verified: .verified
            case .accepted: .accepted
            case .refused: .refused
            }
        self.init(field: field.field.rawValue, outcome: outcome, reason: field.reason)
    }
}
