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
        let deadline = deadline(milliseconds: params.target.deadlineMs)
        try await begin(turn, until: deadline)
        if let mechanism = params.mechanism, mechanism != .ioctl {
            throw unsupported(mechanism)
        }
        let (reach, preflight) = try await reach(
            .suspend(allowIrreversible: params.allowIrreversible, dryRun: true), target: params.target.holder,
            descriptor: descriptor, until: deadline)
        let former = record
        let wasSuspended = former?.runState == .suspended
        guard !params.dryRun else {
            return suspendResult(
                configuration: preflight.before.configuration, wasSuspended: wasSuspended, timing: nil,
                warnings: preflight.warnings)
        }

        let holder = await recordedHolder(reach, target: params.target.holder, until: deadline)
        // Asserting a confirmed stop again changes nothing that a crash could leave in doubt.
        let intent: RunRecord
        if let former, wasSuspended, former.holder == holder {
            intent = former
        } else {
            intent = RunRecord(
                device: name, runState: .suspending, bootID: environment.bootID, holder: holder,
                keep: params.keep)
            try remember(intent)
        }
        let call = host.perform(
            .suspend(allowIrreversible: params.allowIrreversible, dryRun: false), on: reach.node, through: reach.path)
        guard let result = await call.wait(until: deadline, on: loop) else {
            throw late(call, "VHOST_VDPA_SUSPEND", reach, intent)
        }
        switch result {
        case .failure(let error):
            throw await stopFailed(error, reach, former)
        case .success(let report):
            // The last close may have been told while the reply was under way.
            guard record == intent, !report.holderExited else { throw await holderExited(reach) }
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
        let deadline = deadline(milliseconds: params.target.deadlineMs)
        try await begin(turn, until: deadline)
        let (reach, preflight) = try await reach(
            .resume(dryRun: true), target: params.target.holder, descriptor: descriptor, until: deadline)
        let former = record
        let changed = former?.configuration.flatMap { snapshot in
            preflight.before.configuration.map { HexadecimalBytes($0) != snapshot }
        }
        let wasSuspended = former?.runState == .suspended
        guard !params.dryRun else {
            return DeviceResumeMethod.Result(
                state: controlState(warnings: preflight.warnings), wasSuspended: wasSuspended, dryRun: true,
                kickNeeded: reach.path.isShared, configurationChanged: changed)
        }

        let holder = await recordedHolder(reach, target: params.target.holder, until: deadline)
        var intent =
            former
            ?? RunRecord(
                device: name, runState: .resuming, bootID: environment.bootID, holder: holder,
                keep: false)
        intent.runState = .resuming
        intent.keep = false
        intent.holder = holder
        try remember(intent)
        let call = host.perform(.resume(dryRun: false), on: reach.node, through: reach.path)
        guard let result = await call.wait(until: deadline, on: loop) else {
            throw late(call, "VHOST_VDPA_RESUME", reach, intent)
        }
        switch result {
        case .failure(let error):
            throw resumeFailed(error, intent)
        case .success(let report):
            guard record == intent, !report.holderExited else { throw await holderExited(reach) }
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
        try await begin(turn, until: deadline(milliseconds: nil))
        guard record != nil else {
            return controlState(warnings: ["vdpad had not stopped \(name.string); there was nothing to hand back"])
        }
        forgetStop()
        mark = .unknown
        return controlState()
    }

    /// Records that the kernel has confirmed the stop.
    private func confirmStop(_ intent: RunRecord, _ report: DeviceReport) -> CallTiming? {
        let timing = report.call.map(CallTiming.init)
        var confirmed = intent
        confirmed.runState = .suspended
        // The first stop began the downtime; asserting it again does not shorten it.
        confirmed.stop = intent.stop ?? timing
        confirmed.assertedAt = Timestamp.now()
        confirmed.configuration = report.latest.configuration.map(HexadecimalBytes.init)
        unresolved = nil
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

    /// The holder exited during the call.
    private func holderExited(_ reach: Reach) async -> ControlError {
        await findOutAfterExit(reach)
        var error = ControlError(
            .deviceGone,
            "the process that held \(name.string) exited during the call; its last close resets the device",
            device: name)
        error.stateAfter = stateAfter
        return error
    }

    /// Forgets what is known through a holder that has exited. Whether it was the last one, a search tells.
    private func findOutAfterExit(_ reach: Reach) async {
        holder = nil
        lastSeen = nil
        forgetStop()
        let before = holderChanges
        let search = host.holders(of: reach.node)
        guard case .success(let scan) = await search.wait(until: deadline(milliseconds: nil), on: loop) else { return }
        noteHolders(scan.holders, isComplete: scan.isComplete, since: before)
    }
}

/// What is done when a stop or a resume does not end as it should.
extension Device {
    /// A stop that failed leaves nothing half-stopped: the device is told to go on.
    private func stopFailed(_ error: HostError, _ reach: Reach, _ former: RunRecord?) async -> ControlError {
        switch error.code {
        case .holderGone:
            await findOutAfterExit(reach)
        case .notRunning, .gone:
            // The device shows by itself what it is.
            forgetStop()
        case .deviceFailed where error.call == nil:
            // Seen in the status, which says more than any record.
            forgetStop()
        case .notSupported, .irreversible, .permissionDenied, .identityMismatch, .blocked, .noNode, .notFound,
            .notOwner:
            // Nothing was called: what was before still holds.
            restore(former)
        default:
            // The stop itself, what was to prove it, or its worker has failed: the device may be stopped.
            if let former, former.runState == .suspended {
                doubt(former)
            } else {
                await resumeAgain(reach)
            }
        }
        return failure(error)
    }

    /// A confirmed stop could not be asserted again. Its caller counts on it, so nothing resumes the device unasked.
    private func doubt(_ former: RunRecord) {
        var kept = former
        kept.keep = true
        keepUnknown(kept)
    }

    /// Puts back the record that stood before an intent that came to nothing.
    private func restore(_ former: RunRecord?) {
        guard let former else { return forgetStop() }
        do throws(ControlError) {
            try remember(former)
        } catch {
            record = former
        }
    }

    /// A resume that failed leaves the device as unknown: both directions are allowed from there.
    private func resumeFailed(_ error: HostError, _ intent: RunRecord) -> ControlError {
        keepUnknown(intent)
        return failure(error)
    }

    /// Leaves a call that has not returned to itself, and says so.
    private func late(
        _ call: HostCall<DeviceReport>, _ name: String, _ reach: Reach, _ intent: RunRecord
    ) -> ControlError {
        host.abandon(reach.node)
        environment.followUps.add { [self] in await finishLate(call, reach, intent) }
        let staysStopped =
            intent.runState == .suspending
            && (intent.keep || lastSeen?.observation.backendFeatures.contains(.resume) == false)
        var error = ControlError(
            .deadlineExceeded, "\(name) has not returned within the deadline; it goes on", device: self.name,
            hint: staysStopped
                ? "the device stays stopped when the call returns" : "the device runs as soon as the call returns")
        error.operation = environment.operations.next()
        error.stateAfter = stateAfter
        return error
    }

    /// Finishes a call that returned after its deadline, by the policy of its caller.
    private func finishLate(_ call: HostCall<DeviceReport>, _ reach: Reach, _ intent: RunRecord) async {
        // Without a result the daemon is being stopped: the record stays for its successor.
        guard let result = await call.wait(until: .distantFuture, on: loop) else { return }
        let turn = turns.take()
        defer { turns.end(turn) }
        guard await turn.wait(until: .distantFuture, on: loop) else { return }
        // Whoever has acted on the device meanwhile knows better.
        guard record == intent else { return }
        switch (result, intent.runState) {
        case (.success(let report), .suspended):
            _ = confirmStop(intent, report)
        case (.success(let report), .suspending)
        where intent.keep || !report.latest.backendFeatures.contains(.resume):
            _ = confirmStop(intent, report)
        case (.success, .suspending):
            environment.log.warning("a late suspend is undone", metadata: ["device": "\(name.string)"])
            await resumeAgain(reach)
        case (.success(let report), _):
            forgetStop()
            note(report.latest)
        case (.failure, .suspended):
            doubt(intent)
        case (.failure, _):
            await resumeAgain(reach)
        }
    }

    /// Tells the device to go on, after a stop that was not wanted or not confirmed.
    func resumeAgain(_ reach: Reach) async {
        let call = host.perform(.resume(dryRun: false), on: reach.node, through: reach.path)
        switch await call.wait(until: deadline(milliseconds: nil), on: loop) {
        case .success(let report):
            forgetStop()
            note(report.latest)
        case .failure(let error):
            if let observation = error.observation { note(observation) }
            if let record { keepUnknown(record) }
        case nil:
            host.abandon(reach.node)
            // The record on disk still says what may be: a restart tries again.
            unresolved = "it may be stopped, and the resume has not returned"
            guard var pending = record else { return }
            pending.runState = .resuming
            record = pending
            environment.followUps.add { [self, pending] in await finishLate(call, reach, pending) }
        }
    }

    /// Records that the device may be stopped and vdpad cannot tell.
    private func keepUnknown(_ former: RunRecord) {
        guard record != nil else { return }
        var unknown = former
        unknown.runState = .unknown
        do throws(ControlError) {
            try remember(unknown)
        } catch {
            record = unknown
        }
    }
}

extension CallTiming {
    /// The contract's form of a measured call.
    init(_ timing: KernelCallTiming) {
        self.init(
            call: timing.call, enteredAtNs: timing.enteredAt.nanoseconds, returnedAtNs: timing.returnedAt.nanoseconds)
    }
}
