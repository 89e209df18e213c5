import ControlAPI
import Virtio

/// Stops a group of devices together, within a time, or not at all.
///
/// It decides which calls are made and what is answered; it makes none, and has no clock. Whoever drives it carries out
/// the actions, in their order, and tells what happens, in the order in which it does.
///
/// - No stop is begun before every preflight has passed; then all are begun at once.
/// - The first failure decides, be it a stop that failed, a holder that exited, a device that vanished, the deadline or a
///   cancellation. Under `rollback` every member that has stopped, or may have, is resumed: one at a time, always the
///   last in the list of those that wait; a late one as soon as its SUSPEND has returned. Once a RESUME is overdue, none
///   waits for another any more, so that one call that hangs delays no other device for longer than that.
/// - A member that was suspended before the group is left so, as is one that cannot be resumed.
/// - The answer waits for the RESUMEs of those that have stopped, but not for a SUSPEND beyond the deadline, nor for a
///   RESUME that is overdue. What is still under way then ends by the same rules, and the end tells how.
struct GroupStop: Sendable, Hashable {
    /// How the checks of a member have ended.
    enum Preflight: Sendable, Hashable {
        /// It can be stopped.
        ///
        /// - Parameters:
        ///   - wasSuspended: whether vdpad's record says that it is suspended already.
        ///   - since: the SUSPEND that began that.
        ///   - canResume: whether it may be resumed: the device offers it, and was not handed back.
        ///   - needsKick: whether a queue may wait for a kick after it.
        case passed(wasSuspended: Bool, since: CallTiming?, canResume: Bool, needsKick: Bool)
        /// It cannot.
        case refused(ControlError)
    }

    /// What happens.
    enum Event: Sendable, Hashable {
        case preflightEnded(DeviceName, Preflight)
        /// SUSPEND has returned, and the stop is confirmed.
        case stopped(DeviceName, CallTiming)
        /// The stop was refused or has failed. Only what may be stopped is ever resumed.
        case stopFailed(DeviceName, ControlError, mayBeStopped: Bool)
        /// RESUME has returned.
        case resumed(DeviceName, CallTiming)
        case resumeFailed(DeviceName, ControlError)
        /// RESUME has not returned within the time that a call of a rollback is given; how it ends is told all the same.
        case resumeOverdue(DeviceName)
        /// A process that held the device has exited, which leaves it `idle` if its close was the last, or `unknown`.
        /// What a call to the device does from then on is not told any more.
        case holderExited(DeviceName, leaving: RunState)
        /// The device has left the bus.
        case vanished(DeviceName)
        /// The time for all stops together is over.
        case deadlinePassed
        /// The caller has gone or has cancelled the operation.
        case callerLeft
    }

    /// What is to be done.
    enum Action: Sendable, Hashable {
        /// Make every check up to the ioctl.
        case preflight(DeviceName)
        /// Call SUSPEND.
        case stop(DeviceName)
        /// Call RESUME, and tell when it is overdue.
        case resume(DeviceName)
        /// Answer the caller. If the outcome is `suspended` all members are stopped, and their state may be read now.
        case answer(GroupReply)
        /// Nothing is under way any more; what the operation's record says from now on.
        case finished(GroupReply)
    }

    let policy: GroupFailurePolicy
    let isDryRun: Bool
    private(set) var members: [Member]
    private let indices: [DeviceName: Int]
    private var census: Census
    /// The first failure. Before the first stop it is set only when nobody waits for the preflights any more.
    private(set) var failure: ControlError?
    /// True when SUSPEND was to be called.
    private(set) var hasBegun = false
    private var deadlineHasPassed = false
    /// True when the caller has been answered.
    private(set) var isAnswered = false
    private(set) var isFinished = false

    /// A group that is to be stopped.
    ///
    /// - Parameters:
    ///   - devices: the members, each once and at least one, and where they are as far as is known.
    ///   - policy: what becomes of those that have stopped when another one has not.
    ///   - isDryRun: whether to end with the preflights.
    init(_ devices: [(DeviceName, RunState)], policy: GroupFailurePolicy, isDryRun: Bool = false) {
        members = devices.map { Member(history: MemberHistory($0, formerState: $1)) }
        indices = Dictionary(uniqueKeysWithValues: devices.enumerated().map { ($1.0, $0) })
        census = Census(members)
        self.policy = policy
        self.isDryRun = isDryRun
    }

    /// Begins with the preflights, all at once.
    ///
    /// - Parameter atNs: CLOCK_MONOTONIC.
    /// - Returns: what is to be done now.
    mutating func begin(atNs: UInt64) -> [Action] {
        members.indices.map { index in
            change(index) { $0.history.note(.preflightBegun, atNs: atNs) }
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
        note(event, atNs)
        if failure == nil, census.failed > 0, !isChecking {
            failure = members.lazy.compactMap(\.history.error).first
        }
        let actions =
            switch (hasBegun, failure) {
            case (false, nil) where !isChecking && !isDryRun: stopAll(atNs)
            case (true, .some): undo(atNs)
            default: [Action]()
            }
        return actions + tell(atNs)
    }
}

// MARK: What happens

extension GroupStop {
    private mutating func note(_ event: Event, _ atNs: UInt64) {
        switch event {
        case .preflightEnded(let device, let result):
            change(device, from: .checking) { member in member.endPreflight(result, atNs) }
        case .stopped(let device, let timing):
            change(device, from: .stopping) { member in member.stop(timing, atNs) }
        case .stopFailed(let device, let error, let mayBeStopped):
            change(device, from: .stopping) { member in member.failStop(error, mayBeStopped: mayBeStopped, atNs) }
        case .resumed(let device, let timing):
            change(device, from: .resuming) { member in member.resume(timing, atNs) }
        case .resumeFailed(let device, let error):
            change(device, from: .resuming) { member in member.failResume(error, atNs) }
        case .resumeOverdue(let device):
            change(device, from: .resuming) { member in
                member.isOverdue = true
                member.history.note(.resumeLate, atNs: atNs)
            }
        case .holderExited(let device, let runState):
            lose(device, .holderExited, runState, .holderExited(device), atNs)
        case .vanished(let device):
            lose(device, .vanished, .gone, .vanished(device), atNs)
        case .deadlinePassed:
            passDeadline(atNs)
        case .callerLeft:
            // Those that are kept stay as they will be, whoever is there to hear of it.
            guard !hasBegun || policy == .rollback else { return }
            fail(ControlError(.cancelled, "the caller has gone before the group had stopped"))
        }
    }

    private mutating func change(
        _ device: DeviceName, from phase: Member.Phase, _ body: (inout Member) -> Void
    ) {
        guard let index = indices[device], members[index].phase == phase else { return }
        change(index, body)
    }

    /// Every change of a member goes this way, so that no event has to look at all of them.
    private mutating func change(_ index: Int, _ body: (inout Member) -> Void) {
        census.count(members[index], -1)
        body(&members[index])
        census.count(members[index], 1)
    }

    private mutating func lose(
        _ device: DeviceName, _ step: GroupStep, _ runState: RunState, _ error: ControlError, _ atNs: UInt64
    ) {
        guard let index = indices[device] else { return }
        change(index) { member in
            member.history.note(step, atNs: atNs)
            member.history.error = error
            member.phase = .settled(runState)
        }
    }

    private mutating func passDeadline(_ atNs: UInt64) {
        deadlineHasPassed = true
        let waiting = hasBegun ? Member.Phase.stopping : .checking
        let late = members.indices.filter { members[$0].phase == waiting }
        if hasBegun {
            for index in late { change(index) { $0.history.note(.stopLate, atNs: atNs) } }
        }
        let missing = "\(late.count) of \(members.count) devices"
        fail(
            ControlError(
                .deadlineExceeded,
                hasBegun
                    ? "SUSPEND has not returned for \(missing) within the deadline"
                    : "the checks of \(missing) have not ended within the deadline; nothing was stopped"))
    }

    private mutating func fail(_ error: ControlError) {
        failure = failure ?? error
    }
}

// MARK: What is done

extension GroupStop {
    private mutating func stopAll(_ atNs: UInt64) -> [Action] {
        hasBegun = true
        return members.indices.map { index in
            change(index) { $0.beginStop(atNs) }
            return .stop(members[index].device)
        }
    }

    private mutating func undo(_ atNs: UInt64) -> [Action] {
        for index in members.indices { change(index) { [policy] in $0.settleIfKept(policy, atNs) } }
        var actions: [Action] = []
        let waitsInTurn = !members.contains(where: \.isOverdue)
        for index in members.indices.reversed() where members[index].awaitsResume(policy) {
            if waitsInTurn, members.contains(where: { $0.phase == .resuming }) { break }
            change(index) { $0.beginResume(atNs) }
            actions.append(.resume(members[index].device))
        }
        return actions
    }

    private mutating func tell(_ atNs: UInt64) -> [Action] {
        let isOver = isOver
        let answers = !isAnswered && (isOver || failure != nil && !members.contains(where: isAwaited))
        guard answers || isOver else { return [] }
        isAnswered = true
        isFinished = isOver
        let reply = reply(atNs)
        return (answers ? [.answer(reply)] : []) + (isOver ? [.finished(reply)] : [])
    }

    private var isChecking: Bool { census.checking > 0 }

    private var isOver: Bool {
        guard hasBegun else { return failure != nil || !isChecking }
        return (failure == nil ? census.stopped : census.settled) == members.count
    }

    /// Whether the answer to a group that has failed waits for a member.
    private func isAwaited(_ member: Member) -> Bool {
        switch member.phase {
        case .stopping: !deadlineHasPassed
        case .resuming: !member.isOverdue
        // Whoever waits for its turn waits for a RESUME that is not overdue.
        default: false
        }
    }
}
