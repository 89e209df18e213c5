import ControlAPI
import LinuxIO
import VDPA
import Virtio

/// Carries out what `GroupResume` decides, and tells it what happens. It goes on when its caller has left.
actor GroupResumeRun {
    /// The reply to the caller.
    nonisolated let answer = Gate<GroupReply>()
    /// What has become of all members in the end.
    nonisolated let end = Gate<GroupReply>()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private nonisolated let loop: EventLoop
    private let followUps: FollowUps
    private let deadline: MonotonicInstant
    private var seats: GroupSeats
    private var machine: GroupResume
    private var ways: [DeviceName: (Reach, DeviceReport)] = [:]
    private var timer: TimerToken?
    /// True when nobody waits for the answer any more.
    private(set) var callerHasLeft = false

    init(
        _ seats: GroupSeats, _ states: [(DeviceName, RunState)], isDryRun: Bool, until deadline: MonotonicInstant,
        _ environment: DeviceEnvironment
    ) {
        loop = environment.loop
        followUps = environment.followUps
        self.deadline = deadline
        self.seats = seats
        machine = GroupResume(states, isDryRun: isDryRun)
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
        return machine.reply(MonotonicInstant.now.nanoseconds)
    }

    private func tell(_ event: GroupResume.Event) {
        perform(machine.handle(event, atNs: MonotonicInstant.now.nanoseconds))
        guard machine.isAnswered else { return }
        for member in machine.members where member.isSettled { seats.release(member.device) }
    }

    private func perform(_ actions: [GroupResume.Action]) {
        for action in actions {
            switch action {
            case .preflight(let name): work(on: name) { run, seat in await run.check(seat) }
            case .resume(let name): work(on: name) { run, seat in await run.resume(seat) }
            case .answer(let reply): answer.resolve(reply)
            case .finished(let reply):
                if let timer { loop.cancel(timer) }
                timer = nil
                end.resolve(reply)
            }
        }
    }

    private func work(on name: DeviceName, _ body: @escaping @Sendable (GroupResumeRun, GroupSeat) async -> Void) {
        guard let seat = seats[name] else { return }
        followUps.add { [self] in await body(self, seat) }
    }

    private func passDeadline() {
        guard timer != nil else { return }
        timer = nil
        tell(.deadlinePassed)
    }

    // MARK: One member

    private func check(_ seat: GroupSeat) async {
        do throws(ControlError) {
            let request = request(seat)
            try await seat.device.begin(request)
            let (reach, report) = try await seat.device.reachToStart(for: request)
            ways[seat.name] = (reach, report)
            let former = await seat.device.recordAsFarAsKnown
            tell(
                .preflightEnded(
                    seat.name,
                    .passed(
                        wasSuspended: former?.runState == .suspended, since: former?.stop,
                        needsKick: reach.path.isShared, configurationChanged: former?.hasChanged(report))))
        } catch {
            tell(.preflightEnded(seat.name, .refused(error)))
        }
    }

    private func resume(_ seat: GroupSeat) async {
        guard let (reach, preflight) = ways[seat.name] else { return }
        do throws(ControlError) {
            let end = try await seat.device.start(reach, preflight, request(seat)) { [self] device in
                var error = ControlError(
                    .deadlineExceeded, "VHOST_VDPA_RESUME of \(seat.name) has returned after the deadline",
                    device: seat.name)
                error.stateAfter = device.stateAfter
                assumeIsolated { [error] run in run.tell(.resumeFailed(seat.name, error)) }
            }
            switch end {
            case .returned(let start):
                if let timing = start.timing { tell(.resumed(seat.name, timing)) }
            case .left:
                // What is done when the call returns has its place behind this one.
                await seat.device.end(seat.turn)
                passDeadline()
            }
        } catch {
            switch (error.code, await seat.device.runState) {
            case (.deviceGone, .gone), (.notRunning, .gone): tell(.vanished(seat.name))
            case (.deviceGone, let runState), (.notRunning, let runState):
                tell(.holderExited(seat.name, leaving: runState))
            default: tell(.resumeFailed(seat.name, error))
            }
        }
    }

    private func request(_ seat: GroupSeat) -> DeviceRequest {
        var request = seat.device.request(seat.turn)
        request.limit = deadline
        request.deadline = deadline
        return request
    }
}
