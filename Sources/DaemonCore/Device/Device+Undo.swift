import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// What is done when a stop or a resume does not end as it should.
extension Device {
    /// Whether a call that succeeded has done what its intent says, to the device that it was meant for.
    ///
    /// The last close may have been told while the call was under way.
    func isStanding(_ intent: RunRecord, _ report: DeviceReport) -> Bool {
        record?.operation == intent.operation && !report.holderExited
    }

    /// A call has failed: says so, once it is clear where that leaves the device.
    ///
    /// A stop that failed leaves nothing half-stopped: the device is told to go on, unless its stop was confirmed before
    /// or is to be kept, or it is the caller that decides (`undoes` is false).
    func failed(
        _ error: HostError, _ intent: RunRecord, _ former: RunRecord?, _ reach: Reach, _ request: DeviceRequest,
        undoes: Bool = true
    ) async -> ControlError {
        guard record?.operation == intent.operation else { return failure(error) }
        var error = error
        switch error.code {
        case .holderGone:
            await findOutAfterExit(reach, request)
        case .notRunning, .gone:
            // The device shows by itself what it is.
            forgetStop()
        case .deviceFailed where error.call == nil:
            // Seen in the status, which says more than any record.
            forgetStop()
        case _ where error.isRefusal:
            // What was before still holds.
            if let former {
                rememberIfPossible(former.withLease(of: record))
            } else {
                dropRecord()
            }
        case _ where intent.runState == .resuming && isStopped(error.observation, by: intent.mechanism):
            // It shows that it stands where it stood.
            var stopped = (former ?? intent).withLease(of: record)
            stopped.runState = .suspended
            rememberIfPossible(stopped)
        default:
            // The call itself, what was to prove it, or its worker has failed: the device may be stopped.
            if intent.runState == .suspending, !intent.keep {
                guard undoes else {
                    keepUnknown(intent, because: error.message)
                    break
                }
                await resumeAgain(reach, request)
                // What was seen is from before.
                error.observation = nil
            } else {
                // Whoever counts on a confirmed stop has not asked for a resume.
                var kept = intent
                kept.keep = intent.keep || intent.runState == .suspended
                keepUnknown(kept, because: error.message)
            }
        }
        return failure(error)
    }

    /// A call has succeeded after its device was closed, or while its holder exited: says so, once it is clear where that
    /// leaves the device.
    func lost(
        _ intent: RunRecord, _ report: DeviceReport, _ reach: Reach, _ request: DeviceRequest
    ) async -> ControlError {
        await settle(intent, report, reach, request)
        var error = ControlError(
            .deviceGone,
            report.holderExited
                ? "the process that held \(name.string) exited during the call"
                : "\(name.string) was closed during the call",
            device: name, hint: runState == .idle ? "its last close has reset the device" : nil)
        error.stateAfter = stateAfter
        return error
    }

    private func settle(
        _ intent: RunRecord, _ report: DeviceReport, _ reach: Reach, _ request: DeviceRequest
    ) async {
        guard !report.holderExited else { return await findOutAfterExit(reach, request) }
        // Closed and not opened since: the stop went with it.
        guard isHeld == true else { return }
        guard intent.runState != .resuming else { return }
        // The process has opened the device anew before it was stopped, and nothing on disk says that it is.
        var stopped = intent
        stopped.runState = .suspending
        rememberIfPossible(stopped)
        await resumeAgain(reach, request)
    }

    /// Leaves a call that has not returned to itself, and says so.
    func late(
        _ call: HostCall<DeviceReport>, _ what: String, _ intent: RunRecord, _ former: RunRecord?, _ reach: Reach,
        _ request: DeviceRequest, settled: @escaping @Sendable (isolated Device) -> Void = { _ in }
    ) -> ControlError {
        note("late")
        leave(
            call, on: reach.node, request,
            then: { device, result, request in
                await device.finish(result, intent, former, reach, request)
                settled(device)
            })
        let staysStopped =
            intent.runState == .suspended
            || intent.runState == .suspending
                && (intent.keep || lastSeen?.observation.canResume(after: intent.mechanism) == false)
        var error = ControlError(
            .deadlineExceeded, "\(what) has not returned within the deadline; it goes on", device: name,
            hint: staysStopped
                ? "the device stays stopped when the call returns" : "the device runs as soon as the call returns")
        error.stateAfter = stateAfter
        return error
    }

    /// Finishes a call that returned after its caller's deadline, by the policy of its caller.
    private func finish(
        _ result: Result<DeviceReport, HostError>, _ intent: RunRecord, _ former: RunRecord?, _ reach: Reach,
        _ request: DeviceRequest
    ) async {
        note("returned")
        // Whoever has acted on the device meanwhile knows better.
        guard record?.operation == intent.operation else { return }
        switch (result, intent.runState) {
        case (.success(let report), _) where report.holderExited:
            await findOutAfterExit(reach, request)
        case (.success(let report), .resuming):
            confirmStart(of: former, report)
        case (.success(let report), .suspending)
        where !intent.keep && report.latest.canResume(after: intent.mechanism):
            environment.log.warning("a late suspend is undone", metadata: ["device": "\(name.string)"])
            await resumeAgain(reach, request)
        case (.success(let report), _):
            _ = beginStop(intent, report)
        case (.failure(let error), _):
            // Its caller was told that it goes on, and that is all that there is to say.
            _ = await failed(error, intent, former, reach, request)
        }
    }

    /// Tells the device to go on, after a stop that was not wanted or not confirmed.
    ///
    /// The call reaches only the holder that was recorded: behind a descriptor that was passed nobody may be left.
    ///
    @discardableResult
    func resumeAgain(
        _ former: Reach, _ request: DeviceRequest,
        settled: @escaping @Sendable (isolated Device) -> Void = { _ in }
    ) async -> UndoEnd {
        guard var pending = record else { return .failed }
        var reach = former
        if case .passed = reach.path {
            guard let recorded = pending.holder else {
                keepUnknown(pending, because: "who held it is not known, so that it was not resumed unasked")
                return .failed
            }
            reach.path = .shared(recorded)
        }
        note("resuming")
        let call = host.perform(
            .resume(dryRun: false, by: way(of: pending.mechanism, request)), on: reach.node, through: reach.path)
        switch await call.wait(until: request.deadline, on: loop) {
        case .success(let report) where report.holderExited:
            await findOutAfterExit(reach, request)
        case .success(let report):
            confirmStart(of: record, report)
            return .resumed(report.call.map(CallTiming.init))
        case .failure(let error) where error.code == .holderGone:
            await findOutAfterExit(reach, request)
        case .failure(let error):
            if let observation = error.observation { note(observation) }
            if let record { keepUnknown(record, because: "it could not be resumed: \(error.message)") }
        case nil:
            // The record on disk still says what may be: a restart tries again.
            unresolved = "it may be stopped, and the resume has not returned"
            var former = pending
            former.runState = .unknown
            pending.runState = .resuming
            record = pending
            leave(
                call, on: reach.node, request,
                then: { [pending, former, reach] device, result, request in
                    await device.finish(result, pending, former, reach, request)
                    settled(device)
                })
            return .left
        }
        return .failed
    }

    /// Finds out who holds the device after the holder that was known has exited. If it was the last one, its close has
    /// reset the device, and has been told or is about to be.
    private func findOutAfterExit(_ reach: Reach, _ request: DeviceRequest) async {
        noteHolderGone()
        let before = holderChanges
        if case .success(let scan) = await host.holders(of: reach.node).wait(until: request.deadline, on: loop) {
            noteHolders(scan, since: before)
        }
        if let record, doubt == nil, [.suspending, .resuming].contains(record.runState) {
            keepUnknown(record, because: "the process that holds it has closed a descriptor of it during the call")
        }
        if doubt != nil {
            unresolved = "it may be stopped: the process that held it has exited, and no other was found"
        }
    }
}
