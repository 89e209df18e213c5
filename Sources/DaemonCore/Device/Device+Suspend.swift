import ControlAPI
import DeviceState
import LinuxIO
import Logging
import VDPA
import Virtio

/// Stopping the device and letting it go on.
extension Device {
    /// `device.suspend`
    func suspend(
        _ params: DeviceSuspendMethod.Params, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceSuspendMethod.Result {
        defer { turns.end(turn) }
        let request = request(turn, params.target, descriptor)
        try await begin(request)
        if let mechanism = params.mechanism, mechanism != .ioctl {
            throw unsupported(mechanism)
        }
        let (reach, preflight) = try await reach(
            .suspend(allowIrreversible: params.allowIrreversible, dryRun: true), for: request)
        guard !params.dryRun else {
            return suspendResult(
                configuration: preflight.before.configuration, wasSuspended: recordedRunState == .suspended,
                timing: nil, warnings: preflight.warnings)
        }

        let holder = await recordedHolder(reach, request)
        try requireCaller()
        let former = recordAsFarAsKnown
        let wasSuspended = former?.runState == .suspended
        let operation = environment.operations.next()
        let intent: RunRecord
        if var confirmed = former, wasSuspended {
            // Asserting a confirmed stop again changes nothing that a crash could leave in doubt: the record on disk stays.
            confirmed.operation = operation
            confirmed.holder = holder ?? confirmed.holder
            confirmed.keep = confirmed.keep || params.keep
            record = confirmed
            intent = confirmed
        } else {
            intent = RunRecord(
                device: name, runState: .suspending, operation: operation, bootID: environment.bootID,
                isOwned: isOwned, holder: holder, keep: params.keep)
            try remember(intent)
        }
        let call = host.perform(
            .suspend(allowIrreversible: params.allowIrreversible, dryRun: false), on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            throw late(call, "VHOST_VDPA_SUSPEND", reach, request, intent)
        }
        switch result {
        case .failure(let error):
            throw await stopFailed(error, reach, request, former)
        case .success(let report):
            // The last close may have been told while the reply was under way.
            guard record?.operation == operation, !report.holderExited else { throw await holderExited(reach) }
            let timing = confirmStop(intent, report)
            return suspendResult(
                configuration: report.latest.configuration, wasSuspended: wasSuspended, timing: timing,
                warnings: report.warnings)
        }
    }

    /// `device.resume`
    func resume(
        _ params: DeviceResumeMethod.Params, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceResumeMethod.Result {
        defer { turns.end(turn) }
        let request = request(turn, params.target, descriptor)
        try await begin(request)
        let (reach, preflight) = try await reach(.resume(dryRun: true), for: request)
        let holder = params.dryRun ? nil : await recordedHolder(reach, request)
        let former = recordAsFarAsKnown
        let changed = former?.configuration.flatMap { snapshot in
            preflight.before.configuration.map { HexadecimalBytes($0) != snapshot }
        }
        let wasSuspended = former?.runState == .suspended
        guard !params.dryRun else {
            return DeviceResumeMethod.Result(
                state: controlState(warnings: preflight.warnings), wasSuspended: wasSuspended, dryRun: true,
                kickNeeded: reach.path.isShared, configurationChanged: changed)
        }

        try requireCaller()
        let operation = environment.operations.next()
        var intent =
            former
            ?? RunRecord(
                device: name, runState: .resuming, operation: operation, bootID: environment.bootID,
                isOwned: isOwned, keep: false)
        intent.runState = .resuming
        intent.operation = operation
        intent.keep = false
        intent.holder = holder ?? former?.holder
        try remember(intent)
        let call = host.perform(.resume(dryRun: false), on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            throw late(call, "VHOST_VDPA_RESUME", reach, request, intent)
        }
        switch result {
        case .failure(let error):
            keepUnknown(intent, because: "the resume has failed: \(error.message)")
            throw failure(error)
        case .success(let report):
            guard record?.operation == operation, !report.holderExited else { throw await holderExited(reach) }
            forgetStop()
            note(report.latest)
            let timing = report.call.map(CallTiming.init)
            var warnings = report.warnings
            if changed == true {
                warnings.append("the configuration differs from the snapshot that was taken at the suspend")
            }
            return DeviceResumeMethod.Result(
                state: controlState(warnings: warnings), wasSuspended: wasSuspended, dryRun: false, timing: timing,
                downtime: downtime(from: former?.stop, to: timing), kickNeeded: reach.path.isShared,
                configurationChanged: changed)
        }
    }

    /// `device.handBack`: forgets the stop and calls nothing.
    func handBack(turn: Turn) async throws(ControlError) -> DeviceControlState {
        defer { turns.end(turn) }
        try await begin(request(turn))
        guard record != nil else {
            return controlState(warnings: ["vdpad had not stopped \(name.string); there was nothing to hand back"])
        }
        forgetStop()
        mark = .unknown
        return controlState()
    }

    /// Records that the kernel has confirmed the stop.
    func confirmStop(_ intent: RunRecord, _ report: DeviceReport) -> CallTiming? {
        let timing = report.call.map(CallTiming.init)
        var confirmed = intent
        confirmed.runState = .suspended
        // The first stop began the downtime; asserting it again does not shorten it.
        confirmed.stop = intent.stop ?? timing
        confirmed.assertedAt = Timestamp.now()
        confirmed.configuration = report.latest.configuration.map(HexadecimalBytes.init)
        unresolved = nil
        isRecordInDoubt = false
        note(report.latest)
        do throws(ControlError) {
            try remember(confirmed)
        } catch {
            // The record on disk still says `suspending`, so that a restart would resume the device.
            record = confirmed
            environment.log.error(
                "the record of a suspended device could not be updated",
                metadata: ["device": "\(name.string)", "error": "\(error.message)"])
        }
        return timing
    }

    private func suspendResult(
        configuration: [UInt8]?, wasSuspended: Bool, timing: CallTiming?, warnings: [String]
    ) -> DeviceSuspendMethod.Result {
        DeviceSuspendMethod.Result(
            state: controlState(warnings: warnings), mechanism: .ioctl, wasSuspended: wasSuspended,
            dryRun: timing == nil, timing: timing,
            configurationDigest: configuration.map(SHA256Digest.init(of:)))
    }

    private func downtime(from stop: CallTiming?, to start: CallTiming?) -> DowntimeBounds? {
        guard let stop, let start, start.enteredAtNs >= stop.returnedAtNs else { return nil }
        return DowntimeBounds(
            minimumNs: start.enteredAtNs - stop.returnedAtNs, maximumNs: start.returnedAtNs - stop.enteredAtNs)
    }

    private func unsupported(_ mechanism: Mechanism) -> ControlError {
        var error = ControlError(
            .notSupported, "mechanism: \(mechanism.rawValue) is not available for \(name.string); ioctl is",
            device: name)
        error.missing = [mechanism.rawValue]
        error.stateAfter = stateAfter
        return error
    }

    /// Nothing is begun for a caller that has gone.
    private func requireCaller() throws(ControlError) {
        guard Task.isCancelled else { return }
        var error = ControlError(.cancelled, "the client has gone before anything was done", device: name)
        error.stateAfter = stateAfter
        throw error
    }
}

extension CallTiming {
    /// The contract's form of a measured call.
    init(_ timing: KernelCallTiming) {
        self.init(
            call: timing.call, enteredAtNs: timing.enteredAt.nanoseconds, returnedAtNs: timing.returnedAt.nanoseconds)
    }
}
