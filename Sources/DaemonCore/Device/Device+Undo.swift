import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// What is done when a stop or a resume does not end as it should.
extension Device {
    /// A stop that failed leaves nothing half-stopped: the device is told to go on.
    func stopFailed(
        _ error: HostError, _ reach: Reach, _ request: DeviceRequest, _ former: RunRecord?
    ) async -> ControlError {
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
                keepStopped(former, error)
            } else {
                await resumeAgain(reach, request)
            }
        }
        return failure(error)
    }

    /// A confirmed stop could not be asserted again. Its caller counts on it, so nothing resumes the device unasked.
    private func keepStopped(_ former: RunRecord, _ error: HostError) {
        var kept = former
        kept.keep = true
        keepUnknown(kept, because: "the stop could not be asserted again: \(error.message)")
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

    /// Leaves a call that has not returned to itself, and says so.
    func late(
        _ call: HostCall<DeviceReport>, _ what: String, _ reach: Reach, _ request: DeviceRequest, _ intent: RunRecord
    ) -> ControlError {
        leave(call, on: reach.node, request) { device, result, request in
            await device.finish(result, reach, request, intent)
        }
        let staysStopped =
            intent.runState == .suspended
            || intent.runState == .suspending
                && (intent.keep || lastSeen?.observation.backendFeatures.contains(.resume) == false)
        var error = ControlError(
            .deadlineExceeded, "\(what) has not returned within the deadline; it goes on", device: name,
            hint: staysStopped
                ? "the device stays stopped when the call returns" : "the device runs as soon as the call returns")
        error.operation = intent.operation
        error.stateAfter = stateAfter
        return error
    }

    /// Finishes a call that returned after its caller's deadline, by the policy of its caller.
    private func finish(
        _ result: Result<DeviceReport, HostError>, _ reach: Reach, _ request: DeviceRequest, _ intent: RunRecord
    ) async {
        // Whoever has acted on the device meanwhile knows better.
        guard record?.operation == intent.operation else { return }
        switch (result, intent.runState) {
        case (.success(let report), _) where report.holderExited:
            await findOutAfterExit(reach)
        case (.success(let report), .suspended):
            _ = confirmStop(intent, report)
        case (.success(let report), .suspending)
        where intent.keep || !report.latest.backendFeatures.contains(.resume):
            _ = confirmStop(intent, report)
        case (.success, .suspending):
            environment.log.warning("a late suspend is undone", metadata: ["device": "\(name.string)"])
            await resumeAgain(reach, request)
        case (.success(let report), _):
            forgetStop()
            note(report.latest)
        case (.failure(let error), .suspended):
            keepStopped(intent, error)
        case (.failure(let error), .resuming):
            keepUnknown(intent, because: "it could not be resumed: \(error.message)")
        case (.failure, _):
            await resumeAgain(reach, request)
        }
    }

    /// Tells the device to go on, after a stop that was not wanted or not confirmed.
    ///
    /// The call reaches only the holder that was recorded: behind a descriptor that was passed nobody may be left.
    func resumeAgain(_ reach: Reach, _ request: DeviceRequest) async {
        guard let pending = record else { return }
        var reach = reach
        if case .passed = reach.path {
            guard let recorded = pending.holder else {
                return keepUnknown(pending, because: "who held it is not known, so that it was not resumed unasked")
            }
            reach.path = .shared(recorded)
        }
        let call = host.perform(.resume(dryRun: false), on: reach.node, through: reach.path)
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: UInt64(environment.defaultDeadlineMs))
        switch await call.wait(until: deadline, on: loop) {
        case .success(let report) where report.holderExited:
            await findOutAfterExit(reach)
        case .success(let report):
            forgetStop()
            note(report.latest)
        case .failure(let error):
            if let observation = error.observation { note(observation) }
            if error.code == .holderGone { await findOutAfterExit(reach) }
            if let record, record.runState != .unknown {
                keepUnknown(record, because: "it could not be resumed: \(error.message)")
            }
        case nil:
            // The record on disk still says what may be: a restart tries again.
            unresolved = "it may be stopped, and the resume has not returned"
            var resuming = pending
            resuming.runState = .resuming
            record = resuming
            leave(call, on: reach.node, request) { [reach, resuming] device, result, request in
                await device.finish(result, reach, request, resuming)
            }
        }
    }

    /// The holder exited during the call.
    func holderExited(_ reach: Reach) async -> ControlError {
        await findOutAfterExit(reach)
        var error = ControlError(
            .deviceGone, "the process that held \(name.string) exited during the call", device: name,
            hint: runState == .idle ? "its last close has reset the device" : nil)
        error.stateAfter = stateAfter
        return error
    }

    /// Finds out whether the holder that has exited was the last one, whose close has reset the device.
    private func findOutAfterExit(_ reach: Reach) async {
        noteHolderGone()
        let before = holderChanges
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: UInt64(environment.defaultDeadlineMs))
        guard case .success(let scan) = await host.holders(of: reach.node).wait(until: deadline, on: loop) else {
            return
        }
        noteHolders(scan.holders, isComplete: scan.isComplete, since: before)
    }
}
