import ControlAPI
import DeviceState
import LinuxIO
import VDPA
import Virtio

/// Opening, closing, resetting, and changing the status.
extension Device {
    /// `device.open`
    func open(_ params: DeviceOpenMethod.Params, turn: Turn) async throws(ControlError) -> DeviceControlState {
        defer { turns.end(turn) }
        let request = request(turn, deadlineMs: params.deadlineMs)
        try await begin(request)
        let node = try requireFree()
        let bringUp = params.initialize.map { BringUp(queueSize: $0.queueSize) }
        let report = try await open(node, bringUp, request)
        noteOwned()
        note(report.latest)
        return controlState(warnings: report.warnings)
    }

    /// The node, of a device that vdpad does not have open itself.
    func requireFree() throws(ControlError) -> DeviceNode {
        guard !isOwned else {
            var error = ControlError(
                .deviceBusy, "vdpad itself has \(name.string) open already", device: name,
                hint: "close it with device.close, or use it as it is")
            error.stateAfter = stateAfter
            throw error
        }
        guard let node = info?.node else {
            throw failure(HostError(.noNode, "\(name.string) is not bound to vhost_vdpa: it has no node"))
        }
        return node
    }

    /// Opens the device and brings it up, all or nothing.
    ///
    /// - Parameters:
    ///   - node: the device's node.
    ///   - bringUp: how it is brought up; nil for not at all.
    ///   - request: who asks; its turn has begun.
    /// - Returns: the report of the opening. The caller notes that vdpad owns the device.
    /// - Throws: `ControlError` that says why the device is not open.
    func open(
        _ node: DeviceNode, _ bringUp: BringUp?, _ request: DeviceRequest
    ) async throws(ControlError) -> DeviceReport {
        let (call, result) = try await callWhenClosed(node, until: request.deadline) {
            host.perform(.open(bringUp: bringUp), on: node, through: .owner)
        }
        guard let result else {
            leave(
                call, on: node, request,
                then: { device, result, request in await device.closeLate(result, node, request) })
            throw late("the opening of \(name.string)", hint: "the device is closed as soon as the call returns")
        }
        switch result {
        case .success(let report):
            guard info?.node == node else {
                await closeLate(result, node, request)
                throw failure(HostError(.gone, "\(name.string) was removed while it was being opened"))
            }
            return report
        case .failure(var error):
            if error.field != nil {
                // It failed behind the opening, which has been undone.
                error.observation = nil
                noteClosed()
            }
            throw failure(error)
        }
    }

    /// `device.close`
    func close(_ params: DeviceTarget, turn: Turn) async throws(ControlError) -> DeviceControlState {
        defer { turns.end(turn) }
        let request = request(turn, deadlineMs: params.deadlineMs)
        try await begin(request)
        guard isOwned, let node else { throw notOwned("closed") }
        let call = host.perform(.close, on: node, through: .owner)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            leave(call, on: node, request, noting: { device, _ in device.noteClosed() })
            throw late("the closing of \(name.string)", hint: nil)
        }
        switch result {
        case .success(let report):
            // Unless it was told already, and somebody has opened it since.
            if isOwned { noteClosed() }
            return controlState(warnings: report.warnings)
        case .failure(let error):
            throw failure(error)
        }
    }

    /// `device.setStatus`
    func setStatus(
        _ params: DeviceSetStatusMethod.Params, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceControlState {
        let wanted = DeviceStatus(rawValue: params.status)
        let report = try await change(
            .setStatus(wanted), params.target, confirm: params.confirm, "changed", descriptor: descriptor, turn: turn)
        return controlState(warnings: report?.warnings ?? [])
    }

    /// `device.reset`
    func reset(
        _ params: DeviceResetMethod.Params, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceResetMethod.Result {
        let report = try await change(
            .reset, params.target, confirm: params.confirm, "reset", descriptor: descriptor, turn: turn)
        let status = report?.before.status ?? []
        var lost: [String] = []
        if status.contains(.featuresOK) { lost.append("negotiated features") }
        if driverStatus(status).contains(.driverOK) {
            lost += ["queue positions", "requests in flight", "control queue state"]
        }
        return DeviceResetMethod.Result(state: controlState(warnings: report?.warnings ?? []), lost: lost)
    }

    /// Runs a procedure that changes the device's status, on the word of its holder's administrator if it has one.
    private func change(
        _ procedure: DeviceProcedure, _ target: DeviceParams, confirm: Bool, _ verb: String,
        descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceReport? {
        defer { turns.end(turn) }
        let request = request(turn, target, descriptor)
        try await begin(request)
        let reach: Reach
        do throws(ControlError) {
            (reach, _) = try await self.reach(.examine, for: request)
        } catch let error where error.code == .notRunning {
            throw notOwned(verb)
        }
        if reach.path.isShared, !confirm {
            var error = ControlError(
                .invalidParams,
                "confirm: must be true, since \(name.string) is held by "
                    + (reach.holder.map { "process \($0.reference.pid) (\($0.command))" } ?? "another process"),
                device: name, hint: "its driver is not told; it goes on as if nothing had happened")
            error.holders = reach.holder.map { [HolderInfo($0)] }
            error.stateAfter = stateAfter
            throw error
        }
        let call = host.perform(procedure, on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            leave(call, on: reach.node, request, noting: { device, report in device.noteChange(procedure, report) })
            lastSeen = nil
            doubtStop("a write of its status has not returned")
            throw late("VHOST_VDPA_SET_STATUS", hint: nil)
        }
        switch result {
        case .success(let report):
            noteChange(procedure, report)
            return report
        case .failure(let error):
            if !error.isRefusal { doubtStop("a write of its status has failed") }
            throw failure(error)
        }
    }

    private func noteChange(_ procedure: DeviceProcedure, _ report: DeviceReport) {
        if case .reset = procedure {
            forgetStop()
        } else if report.call != nil {
            doubtStop("its status was written since, which lets some devices go on")
        }
        note(report.latest)
        if report.holderExited { noteHolderGone() }
    }

    private func doubtStop(_ reason: String) {
        if let record { keepUnknown(record, because: reason) }
    }

    func late(_ what: String, hint: String?) -> ControlError {
        var error = ControlError(
            .deadlineExceeded, "\(what) has not ended within the deadline; it goes on", device: name, hint: hint)
        error.stateAfter = stateAfter
        return error
    }

    func notOwned(_ verb: String) -> ControlError {
        var error = ControlError(
            .notOwner, "\(name.string) cannot be \(verb): nobody holds it through vdpad", device: name,
            hint: "open it with device.open")
        error.stateAfter = stateAfter
        return error
    }

    /// An opening that came too late is undone: its caller was told that it failed.
    private func closeLate(
        _ result: Result<DeviceReport, HostError>, _ node: DeviceNode, _ request: DeviceRequest
    ) async {
        guard case .success(let report) = result, !isOwned else { return }
        _ = await withdraw(report, node, request)
    }
}
