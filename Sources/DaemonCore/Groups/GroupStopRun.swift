import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// Carries out what `GroupStop` decides, and tells it what happens. It goes on when its caller has left.
actor GroupStopRun {
    /// How long a resume of a rollback is waited for, in milliseconds.
    private static let resumeMs: UInt32 = 5_000

    /// The reply to the caller.
    nonisolated let answer = Gate<GroupReply>()
    /// What has become of all members in the end.
    nonisolated let end = Gate<GroupReply>()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    private let followUps: FollowUps
    private let terms: StopTerms
    private let deadline: MonotonicInstant
    private var seats: GroupSeats
    private var machine: GroupStop
    private var ways: [DeviceName: Reach] = [:]
    private var timer: TimerToken?
    /// True when nobody waits for the answer any more.
    private(set) var callerHasLeft = false

    init(
        _ seats: GroupSeats, _ states: [(DeviceName, RunState)], _ policy: GroupFailurePolicy, _ terms: StopTerms,
        isDryRun: Bool, until deadline: MonotonicInstant, _ environment: DeviceEnvironment
    ) {
        loop = environment.loop
        followUps = environment.followUps
        self.terms = terms
        self.deadline = deadline
        self.seats = seats
        machine = GroupStop(states, policy: policy, isDryRun: isDryRun)
    }

    /// Begins with the preflights.
    func begin() {
        timer = loop.schedule(at: deadline) { [weak self] in
            self?.assumeIsolated { run in run.passDeadline() }
        }
        perform(machine.begin(atNs: MonotonicInstant.now.nanoseconds))
    }

    /// Takes note that nobody waits for the answer any more.
    ///
    /// - Returns: where the group is.
    func loseCaller() -> GroupReply {
        callerHasLeft = true
        tell(.callerLeft)
        return machine.reply(MonotonicInstant.now.nanoseconds)
    }

    /// Does what is left when nothing is under way any more, and gives up the places that are still taken.
    func close() async {
        await takeSnapshots()
        seats.releaseAll()
    }

    private func tell(_ event: GroupStop.Event) {
        perform(machine.handle(event, atNs: MonotonicInstant.now.nanoseconds))
        guard machine.isAnswered else { return }
        for member in machine.members where member.isSettled { seats.release(member.device) }
    }

    private func perform(_ actions: [GroupStop.Action]) {
        for action in actions {
            switch action {
            case .preflight(let name): work(on: name) { run, seat in await run.check(seat) }
            case .stop(let name): work(on: name) { run, seat in await run.stop(seat) }
            case .resume(let name): work(on: name) { run, seat in await run.resume(seat) }
            case .answer(let reply): answer.resolve(reply)
            case .finished(let reply):
                if let timer { loop.cancel(timer) }
                timer = nil
                end.resolve(reply)
            }
        }
    }

    private func work(on name: DeviceName, _ body: @escaping @Sendable (GroupStopRun, GroupSeat) async -> Void) {
        guard let seat = seats[name] else { return }
        followUps.add { [self] in await body(self, seat) }
    }

    /// Once: the calls of the members have the same deadline as the group.
    private func passDeadline() {
        guard timer != nil else { return }
        timer = nil
        tell(.deadlinePassed)
    }

    /// Reads anew the configuration of the members that the group has stopped, once the last has: what was read of one of
    /// them before may have changed since. Nobody waits for it but whoever comes next to the same device.
    private func takeSnapshots() async {
        await withDiscardingTaskGroup { [loop] group in
            for member in machine.members where member.phase == .stopped && !member.history.wasSuspended {
                guard let seat = seats[member.device], let reach = ways[member.device] else { continue }
                group.addTask(executorPreference: loop) {
                    await seat.device.takeSnapshot(reach, seat.device.request(seat.turn))
                    await self.release(member.device)
                }
            }
        }
    }

    private func release(_ name: DeviceName) {
        seats.release(name)
    }

    // MARK: One member

    private func check(_ seat: GroupSeat) async {
        let device = seat.device
        do throws(ControlError) {
            let request = request(seat)
            try await device.begin(request)
            // What the preflight needs is there for the stop.
            device.host.keepReady(seat.name, true)
            let (reach, report) = try await device.reachToStop(
                by: nil, allowIrreversible: terms.allowIrreversible, for: request)
            // Its place may be somebody else's by now.
            guard !machine.isFinished else { return await device.leaveGroup(seat.turn) }
            ways[seat.name] = reach
            let passed = await device.join(seat.turn, reach, report) { [weak self, name = seat.name] runState in
                self?.assumeIsolated { run in run.lose(name, runState) }
            }
            tell(.preflightEnded(seat.name, passed))
        } catch {
            tell(.preflightEnded(seat.name, .refused(error)))
        }
    }

    private func stop(_ seat: GroupSeat) async {
        guard let reach = ways[seat.name] else { return }
        do throws(ControlError) {
            let end = try await seat.device.stop(reach, terms, request(seat)) { [self] device in
                let ended = device.endOfLateStop
                assumeIsolated { run in run.tell(ended) }
            }
            switch end {
            case .returned(let stop):
                if let timing = stop.timing { tell(.stopped(seat.name, timing)) }
            case .left:
                // What is done when the call returns has its place behind this one.
                await seat.device.end(seat.turn)
                passDeadline()
            }
        } catch {
            if error.code == .deviceGone || error.code == .notRunning {
                return lose(seat.name, await seat.device.runState)
            }
            tell(.stopFailed(seat.name, error, mayBeStopped: error.stateAfter?.runState.mayBeStopped ?? true))
        }
    }

    private func resume(_ seat: GroupSeat) async {
        guard let reach = ways[seat.name] else { return }
        let device = seat.device
        let begin = MonotonicInstant.now.nanoseconds
        let request = device.request(seat.turn, deadlineMs: Self.resumeMs)
        let end = await device.resumeAgain(reach, request) { [self] device in
            // The call was entered after the one and has returned before the other.
            let timing = CallTiming(
                call: "VHOST_VDPA_RESUME", enteredAtNs: begin, returnedAtNs: MonotonicInstant.now.nanoseconds)
            let end = device.endOfResume(timing)
            assumeIsolated { run in run.tell(end) }
        }
        switch end {
        case .resumed(let timing): tell(await device.endOfResume(timing))
        case .failed: tell(await device.endOfResume(nil))
        case .left:
            // What is done when the call returns has its place behind this one.
            await device.end(seat.turn)
            tell(.resumeOverdue(seat.name))
        }
    }

    private func lose(_ name: DeviceName, _ runState: RunState) {
        tell(runState == .gone ? .vanished(name) : .holderExited(name, leaving: runState))
    }

    private func request(_ seat: GroupSeat) -> DeviceRequest {
        var request = seat.device.request(seat.turn)
        request.limit = deadline
        request.deadline = deadline
        return request
    }
}

extension RunState {
    /// Whether a device of which this is known may be stopped.
    var mayBeStopped: Bool {
        switch self {
        case .unknown, .suspending, .suspended, .resuming: true
        case .idle, .running, .needsReset, .failed, .gone: false
        }
    }
}

extension Device {
    /// Makes the device a member whose preflight has passed, which is told when it is closed.
    fileprivate func join(
        _ turn: Turn, _ reach: Reach, _ report: DeviceReport, _ watcher: @escaping @Sendable (RunState) -> Void
    ) -> GroupStop.Preflight {
        watchClose(during: turn, watcher)
        let former = recordAsFarAsKnown
        return .passed(
            wasSuspended: former?.runState == .suspended, since: former?.stop,
            // Nobody but its VMM knows what one was handed back for.
            canResume: report.before.canResume(after: reach.mechanism) && !isHandedBack,
            needsKick: reach.path.isShared)
    }

    /// What a stop has led to that has returned after its deadline.
    fileprivate var endOfLateStop: GroupStop.Event {
        if let record, record.runState == .suspended, let stop = record.stop { return .stopped(name, stop) }
        return end(
            or: .stopFailed(name, error("VHOST_VDPA_SUSPEND has returned after the deadline"), mayBeStopped: false))
    }

    /// What a resume has led to that was called at this time, if it was confirmed.
    fileprivate func endOfResume(_ timing: CallTiming?) -> GroupStop.Event {
        if let timing, runState == .running { return .resumed(name, timing) }
        return end(or: .resumeFailed(name, error(unresolved ?? "it may be stopped: it could not be resumed")))
    }

    private func end(or event: GroupStop.Event) -> GroupStop.Event {
        switch runState {
        case .gone: .vanished(name)
        case .idle: .holderExited(name, leaving: .idle)
        default: event
        }
    }

    private func error(_ reason: String) -> ControlError {
        var error = ControlError(.deviceFailed, "\(name): \(reason)", device: name)
        error.stateAfter = stateAfter
        return error
    }
}
