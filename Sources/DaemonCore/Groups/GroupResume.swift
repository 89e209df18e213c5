import ControlAPI
import Virtio

/// Lets a group of devices go on.
///
/// As `GroupStop` it decides and does nothing itself. Nothing is taken back: what goes on stays so, and no member waits
/// for another one, since a guest is not served by a group of which more than need be is stopped. So a member whose
/// preflight has passed is resumed, whatever becomes of the others, and a caller that has gone changes nothing. What has
/// not been begun by the deadline is not begun.
struct GroupResume: Sendable, Hashable {
    /// How the checks of a member have ended.
    enum Preflight: Sendable, Hashable {
        /// It can be resumed.
        ///
        /// - Parameters:
        ///   - wasSuspended: whether vdpad's record says that it is suspended.
        ///   - since: the SUSPEND that began that.
        ///   - needsKick: whether a queue may wait for a kick after RESUME.
        ///   - configurationChanged: whether the configuration differs from the snapshot at the suspend.
        case passed(wasSuspended: Bool, since: CallTiming?, needsKick: Bool, configurationChanged: Bool?)
        /// It cannot.
        case refused(ControlError)
    }

    /// What happens.
    enum Event: Sendable, Hashable {
        case preflightEnded(DeviceName, Preflight)
        /// RESUME has returned.
        case resumed(DeviceName, CallTiming)
        case resumeFailed(DeviceName, ControlError)
        /// A process that held the device has exited, which leaves it `idle` if its close was the last, or `unknown`.
        case holderExited(DeviceName, leaving: RunState)
        /// The device has left the bus.
        case vanished(DeviceName)
        /// The time for all together is over.
        case deadlinePassed
    }

    /// What is to be done.
    enum Action: Sendable, Hashable {
        /// Make every check up to the ioctl.
        case preflight(DeviceName)
        /// Call RESUME.
        case resume(DeviceName)
        /// Answer the caller.
        case answer(GroupReply)
        /// Nothing is under way any more; what the operation's record says from now on.
        case finished(GroupReply)
    }

    let isDryRun: Bool
    private(set) var members: [Member]
    private var failure: ControlError?
    private var deadlineHasPassed = false
    /// True when the caller has been answered.
    private(set) var isAnswered = false
    private var isFinished = false

    /// A group that is to go on.
    ///
    /// - Parameters:
    ///   - devices: the members, each once and at least one, and where they are as far as is known.
    ///   - isDryRun: whether to end with the preflights.
    init(_ devices: [(DeviceName, RunState)], isDryRun: Bool = false) {
        members = devices.map { Member(history: MemberHistory($0, formerState: $1)) }
        self.isDryRun = isDryRun
    }

    /// Begins with the preflights, all at once, the last of the list first.
    ///
    /// - Parameter atNs: CLOCK_MONOTONIC.
    /// - Returns: what is to be done now.
    mutating func begin(atNs: UInt64) -> [Action] {
        members.indices.reversed().map { index in
            members[index].history.note(.preflightBegun, atNs: atNs)
            return .preflight(members[index].device)
        }
    }

    /// Takes note of an event.
    ///
    /// - Parameters:
    ///   - event: what has happened.
    ///   - atNs: CLOCK_MONOTONIC when it was learned.
    /// - Returns: what is to be done now.
    mutating func handle(_ event: Event, atNs: UInt64) -> [Action] {
        guard !isFinished else { return [] }
        let actions = note(event, atNs)
        failure = failure ?? members.lazy.compactMap(\.history.error).first
        return actions + tell(atNs)
    }
}

extension GroupResume {
    /// One device of the group.
    struct Member: Sendable, Hashable {
        /// Where it is on its way.
        enum Phase: Sendable, Hashable {
            case checking
            /// RESUME was called and has not returned.
            case resuming
            /// Nothing more is done to it.
            case settled(RunState)
        }

        var history: MemberHistory
        var phase = Phase.checking

        init(history: MemberHistory) {
            self.history = history
        }

        var device: DeviceName { history.device }

        var isSettled: Bool {
            if case .settled = phase { true } else { false }
        }

        /// Where the device is.
        var runState: RunState {
            switch phase {
            case .checking: history.formerState
            case .resuming: .resuming
            case .settled(let runState): runState
            }
        }
    }

    private mutating func note(_ event: Event, _ atNs: UInt64) -> [Action] {
        switch event {
        case .preflightEnded(let device, let result):
            guard let index = index(of: device, in: .checking) else { return [] }
            return endPreflight(index, result, atNs)
        case .resumed(let device, let timing):
            guard let index = index(of: device, in: .resuming) else { return [] }
            members[index].history.timing = timing
            members[index].history.resume = timing
            settle(index, .resumed, .running, nil, atNs)
        case .resumeFailed(let device, let error):
            guard let index = index(of: device, in: .resuming) else { return [] }
            settle(index, .resumeFailed, error.settledRunState ?? .unknown, error, atNs)
        case .holderExited(let device, let runState):
            guard let index = index(of: device) else { return [] }
            settle(index, .holderExited, runState, .holderExited(device), atNs)
        case .vanished(let device):
            guard let index = index(of: device) else { return [] }
            settle(index, .vanished, .gone, .vanished(device), atNs)
        case .deadlinePassed:
            passDeadline(atNs)
        }
        return []
    }

    private mutating func endPreflight(_ index: Int, _ result: Preflight, _ atNs: UInt64) -> [Action] {
        switch result {
        case .refused(let error):
            let runState = error.stateAfter?.runState ?? members[index].history.formerState
            settle(index, .preflightRefused, runState, error, atNs)
            return []
        case .passed(let wasSuspended, let since, let needsKick, let configurationChanged):
            members[index].history.wasSuspended = wasSuspended
            members[index].history.needsKick = needsKick
            members[index].history.configurationChanged = configurationChanged
            members[index].history.stop = since
            members[index].history.note(.preflightPassed, atNs: atNs)
            guard !isDryRun else {
                members[index].phase = .settled(members[index].history.formerState)
                return []
            }
            members[index].phase = .resuming
            members[index].history.note(.resumeBegun, atNs: atNs)
            return [.resume(members[index].device)]
        }
    }

    private mutating func passDeadline(_ atNs: UInt64) {
        deadlineHasPassed = true
        for index in members.indices {
            switch members[index].phase {
            case .checking:
                let device = members[index].device
                members[index].history.error = ControlError(
                    .deadlineExceeded, "the checks of \(device) have not ended within the deadline; it was not resumed",
                    device: device)
                members[index].phase = .settled(members[index].history.formerState)
            case .resuming:
                members[index].history.note(.resumeLate, atNs: atNs)
            case .settled:
                break
            }
        }
        let late = members.count { $0.phase == .resuming }
        guard late > 0 else { return }
        let missing = "\(late) of \(members.count) devices"
        failure =
            failure
            ?? ControlError(.deadlineExceeded, "RESUME has not returned for \(missing) within the deadline")
    }

    private mutating func settle(
        _ index: Int, _ step: GroupStep, _ runState: RunState, _ error: ControlError?, _ atNs: UInt64
    ) {
        members[index].history.error = error
        members[index].history.note(step, atNs: atNs)
        members[index].phase = .settled(runState)
    }

    private func index(of device: DeviceName, in phase: Member.Phase? = nil) -> Int? {
        members.firstIndex { $0.device == device && (phase == nil || $0.phase == phase) }
    }

    private mutating func tell(_ atNs: UInt64) -> [Action] {
        isFinished = members.allSatisfy(\.isSettled)
        let answers = !isAnswered && (isFinished || deadlineHasPassed)
        guard answers || isFinished else { return [] }
        isAnswered = true
        let reply = reply(atNs)
        return (answers ? [.answer(reply)] : []) + (isFinished ? [.finished(reply)] : [])
    }

    /// What is told of the group now.
    func reply(_ now: UInt64) -> GroupReply {
        let intervals = members.map { member in interval(member, now) }
        return GroupReply(
            outcome: outcome, failure: failure,
            members: zip(members, intervals).map { $0.history.report($0.runState, $1) },
            downtime: DowntimeBounds(intervals.compactMap { $0 }))
    }

    private var outcome: GroupOutcome {
        guard !isDryRun else { return failure == nil ? .checked : .refused }
        guard members.contains(where: { $0.history.hasPassed(.resumeBegun) }) else { return .refused }
        return members.allSatisfy { $0.phase == .settled(.running) && $0.history.resume != nil }
            ? .resumed : .unresolved
    }

    private func interval(_ member: Member, _ now: UInt64) -> StopInterval? {
        switch member.phase {
        case .settled(.idle), .settled(.gone), .settled(.needsReset), .settled(.failed): nil
        default: member.history.interval(until: now)
        }
    }
}
