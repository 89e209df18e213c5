import ControlAPI
import DeviceState
import JSON
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
        let (reach, preflight) = try await reachToStop(
            by: params.mechanism, allowIrreversible: params.allowIrreversible, for: request)
        guard !params.dryRun else {
            return suspendResult(
                reach.mechanism, configuration: preflight.before.configuration,
                wasSuspended: recordedRunState == .suspended, timing: nil, warnings: preflight.warnings)
        }

        let terms = StopTerms(
            allowIrreversible: params.allowIrreversible, keep: params.keep,
            lease: LeaseTerms(kind: params.lease, holdMs: params.holdMs, operation: params.operation))
        let stop = try await stop(reach, terms, request).get()
        return suspendResult(
            reach.mechanism, configuration: stop.configuration, wasSuspended: stop.wasSuspended, timing: stop.timing,
            warnings: stop.warnings)
    }

    /// Stops the device, whose preflight has passed on this way.
    ///
    /// - Parameters:
    ///   - reach: the way.
    ///   - terms: what becomes of the stop.
    ///   - request: who asks; its turn has begun.
    ///   - settled: called when a call that was late has returned, and what it calls for is done.
    /// - Returns: the stop, as the kernel has confirmed it, or a call that goes on.
    /// - Throws: `ControlError` that says what became of the device.
    func stop(
        _ reach: Reach, _ terms: StopTerms, _ request: DeviceRequest,
        settled: @escaping @Sendable (isolated Device) -> Void = { _ in }
    ) async throws(ControlError) -> CallEnd<ConfirmedStop> {
        let holder = await recordedHolder(reach, request)
        try requireCaller(request)
        let lease = try lease(terms.lease, request.turn)
        let former = recordAsFarAsKnown
        let wasSuspended = former?.runState == .suspended
        var intent = RunRecord(
            device: name, runState: .suspending, operation: environment.operations.id(of: request.turn),
            bootID: environment.bootID, isOwned: isOwned, holder: holder ?? former?.holder,
            keep: terms.keep || former?.keep == true || isHandedBack)
        intent.mechanism = reach.mechanism
        intent.lease = lease
        if let former, wasSuspended {
            intent.runState = .suspended
            intent.stoppedBy = former.stoppedBy
            intent.stop = former.stop
            intent.assertedAt = former.assertedAt
            intent.configuration = former.configuration
        }
        if terms.lease.operation == nil { intent.noteStop() }
        try remember(intent)
        note("stopping")
        let call = host.perform(
            .suspend(
                allowIrreversible: terms.allowIrreversible, dryRun: false, by: way(of: reach.mechanism, request)),
            on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            var left = intent
            // In a group its policy decides, which knows no other end.
            if let policy = terms.group { left.keep = policy == .keep || isHandedBack }
            return .left(late(call, reach.mechanism.stopName, left, former, reach, request, settled: settled))
        }
        switch result {
        case .failure(let error):
            throw await failed(error, intent, former, reach, request, undoes: terms.group == nil)
        case .success(let report):
            guard isStanding(intent, report) else { throw await lost(intent, report, reach, request) }
            let (timing, warnings) = beginStop(intent, report)
            return .returned(
                ConfirmedStop(
                    timing: timing, configuration: report.latest.configuration, wasSuspended: wasSuspended,
                    warnings: report.warnings + warnings))
        }
    }

    /// `device.resume`
    func resume(
        _ params: DeviceResumeMethod.Params, descriptor: SharedDescriptor?, turn: Turn
    ) async throws(ControlError) -> DeviceResumeMethod.Result {
        defer { turns.end(turn) }
        let request = request(turn, params.target, descriptor)
        try await begin(request)
        let (reach, preflight) = try await reachToStart(for: request)
        let former = recordAsFarAsKnown
        guard !params.dryRun else {
            return DeviceResumeMethod.Result(
                state: controlState(warnings: preflight.warnings), wasSuspended: former?.runState == .suspended,
                dryRun: true, kickNeeded: reach.path.isShared, configurationChanged: former?.hasChanged(preflight))
        }
        let start = try await start(reach, preflight, request).get()
        return DeviceResumeMethod.Result(
            state: controlState(warnings: start.warnings), wasSuspended: start.wasSuspended, dryRun: false,
            timing: start.timing, downtime: downtime(from: start.stop, to: start.timing),
            kickNeeded: reach.path.isShared, configurationChanged: start.configurationChanged)
    }

    /// Lets the device go on, whose preflight has passed on this way; `settled` as for a stop.
    func start(
        _ reach: Reach, _ preflight: DeviceReport, _ request: DeviceRequest,
        settled: @escaping @Sendable (isolated Device) -> Void = { _ in }
    ) async throws(ControlError) -> CallEnd<ConfirmedStart> {
        let holder = await recordedHolder(reach, request)
        let former = recordAsFarAsKnown
        let changed = former?.hasChanged(preflight)
        var intent =
            former
            ?? RunRecord(
                device: name, runState: .resuming, operation: "", bootID: environment.bootID, isOwned: isOwned,
                keep: false)
        intent.runState = .resuming
        intent.mechanism = reach.mechanism
        intent.operation = environment.operations.id(of: request.turn)
        intent.keep = false
        intent.holder = holder ?? former?.holder
        try requireCaller(request)
        try remember(intent)
        note("resuming")
        let call = host.perform(
            .resume(dryRun: false, by: way(of: reach.mechanism, request)), on: reach.node, through: reach.path)
        guard let result = await call.wait(until: request.deadline, on: loop) else {
            return .left(late(call, reach.mechanism.startName, intent, former, reach, request, settled: settled))
        }
        switch result {
        case .failure(let error):
            throw await failed(error, intent, former, reach, request)
        case .success(let report):
            guard isStanding(intent, report) else { throw await lost(intent, report, reach, request) }
            let leftover = confirmStart(of: former, report)
            var warnings = report.warnings + [leftover].compactMap { $0 }
            if changed == true {
                warnings.append("the configuration differs from the snapshot that was taken at the suspend")
            }
            return .returned(
                ConfirmedStart(
                    timing: report.call.map(CallTiming.init), stop: former?.stop,
                    wasSuspended: former?.runState == .suspended, configurationChanged: changed, warnings: warnings))
        }
    }

    /// Records that the kernel has confirmed the stop that was asked for: its lease begins now.
    func beginStop(_ intent: RunRecord, _ report: DeviceReport) -> (timing: CallTiming?, warnings: [String]) {
        var intent = intent
        intent.lease = intent.lease?.renewed()
        return confirmStop(intent, report)
    }

    /// Records that the kernel has confirmed the stop.
    func confirmStop(_ intent: RunRecord, _ report: DeviceReport) -> (timing: CallTiming?, warnings: [String]) {
        let timing = report.call.map(CallTiming.init)
        var confirmed = intent
        confirmed.runState = .suspended
        // The first stop began the downtime, and its configuration is what a later one is compared with.
        confirmed.stop = intent.stop ?? timing
        confirmed.configuration = intent.configuration ?? report.latest.configuration.map(HexadecimalBytes.init)
        confirmed.assertedAt = Timestamp.now.text
        unresolved = nil
        if intent.runState == .suspending { stops.suspensions += 1 }
        note("stopped")
        note(report.latest)
        return (timing, [rememberIfPossible(confirmed)].compactMap { $0 })
    }

    /// Forgets a stop, since the kernel has confirmed that the device goes on.
    ///
    /// - Returns: what the caller should know; nil when all is well.
    @discardableResult
    func confirmStart(of stopped: RunRecord?, _ report: DeviceReport) -> String? {
        if let downtime = downtime(from: stopped?.stop, to: report.call.map(CallTiming.init)) {
            stops.downtime.add(downtime.maximumNs)
        }
        let leftover = forgetStop(record?.lease.map(isExpired) == true ? .expired : .resumed)
        note("resumed")
        note(report.latest)
        return leftover
    }

    /// Reads the configuration of the stopped device anew, to compare with at the resume.
    func takeSnapshot(_ reach: Reach, _ request: DeviceRequest) async {
        guard record?.runState == .suspended, let (_, report) = try? await run(.examine, reach, request),
            var record, record.runState == .suspended,
            let configuration = report.latest.configuration.map(HexadecimalBytes.init),
            configuration != record.configuration
        else { return }
        record.configuration = configuration
        rememberIfPossible(record)
    }

    private func suspendResult(
        _ mechanism: Mechanism, configuration: [UInt8]?, wasSuspended: Bool, timing: CallTiming?, warnings: [String]
    ) -> DeviceSuspendMethod.Result {
        DeviceSuspendMethod.Result(
            state: controlState(warnings: warnings), mechanism: mechanism, wasSuspended: wasSuspended,
            dryRun: timing == nil, timing: timing,
            configurationDigest: configuration.map(SHA256Digest.init(of:)),
            operation: timing == nil ? nil : record?.operation,
            lease: timing == nil ? nil : record?.lease?.description)
    }

    private func downtime(from stop: CallTiming?, to start: CallTiming?) -> DowntimeBounds? {
        guard let stop, let start, start.enteredAtNs >= stop.returnedAtNs else { return nil }
        return DowntimeBounds(
            minimumNs: start.enteredAtNs - stop.returnedAtNs, maximumNs: start.returnedAtNs - stop.enteredAtNs)
    }

    /// Nothing is begun for a caller that has gone, or that has to be answered before it could end.
    private func requireCaller(_ request: DeviceRequest) throws(ControlError) {
        guard Task.isCancelled || request.deadline <= .now else { return }
        var error =
            Task.isCancelled
            ? ControlError(.cancelled, "the client has gone before anything was done", device: name)
            : ControlError(.deadlineExceeded, "the deadline has passed before anything was done", device: name)
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
