import ControlAPI
import SeededGenerator
import Virtio

@testable import DaemonCore

/// Devices that do what their scripts say, a group over them, and what must hold at each step: a model of its own, which
/// knows nothing of how the group decides.
struct GroupWorld {
    /// What happens next.
    enum Move: Hashable {
        case preflight(Int)
        case stop(Int)
        case resume(Int)
        case overdue(Int)
        case exit(Int)
        case vanish(Int)
        case deadline
        case callerLeaves
    }

    /// A device as it really is.
    struct Twin {
        enum Truth: Hashable {
            case running, stopped, idle, gone
            /// Nobody can tell.
            case ambiguous
            /// As before its holder exited, which nobody can tell.
            case leftOpen
        }
        enum Call: Hashable { case preflight, stop, resume }

        let device: DeviceName
        let preflight: PreflightScript
        let script: MemberScript
        var truth: Truth
        var call: Call?
        var isOverdue = false
        var hasPassed = false
        var stops = 0
        var resumes = 0
        var path: [GroupStep] = []
        var stop: CallTiming?
        var resume: CallTiming?
        var enteredAt: UInt64 = 0

        var isLost: Bool { truth == .idle || truth == .gone || truth == .leftOpen }

        /// Whether a rollback has yet to resume it.
        var awaitsRollback: Bool {
            (truth == .stopped || truth == .ambiguous) && call == nil && resumes == 0 && stops > 0
                && !script.wasSuspended && script.canResume
        }
    }

    /// What stopped those that were suspended before.
    static let formerStop = CallTiming(call: "VHOST_VDPA_SUSPEND", enteredAtNs: 100, returnedAtNs: 110)

    let policy: GroupFailurePolicy
    var group: GroupStop
    var twins: [Twin]
    var clock: UInt64 = 1000
    var deadlineHasPassed = false
    var callerHasLeft = false
    var hasFailed = false
    var hasBegun = false
    var answer: GroupReply?
    var end: GroupReply?
    /// What was wrong first.
    var violation: String?
    var trace: [Move] = []

    init(_ scripts: [(PreflightScript, MemberScript)], policy: GroupFailurePolicy, isDryRun: Bool = false) throws {
        self.policy = policy
        twins = try scripts.enumerated().map { index, script in
            Twin(
                device: try DeviceName("d\(index)"), preflight: script.0, script: script.1,
                truth: script.1.wasSuspended ? .stopped : .running)
        }
        group = GroupStop(
            twins.map { ($0.device, $0.script.wasSuspended ? .suspended : .running) }, policy: policy,
            isDryRun: isDryRun)
        let actions = group.begin(atNs: clock)
        check(actions)
    }

    // MARK: What can happen

    /// The calls that can return and the rest that can happen.
    var moves: [Move] {
        var moves: [Move] = []
        for (index, twin) in twins.enumerated() where !twin.isLost {
            switch twin.call {
            case .preflight:
                switch twin.preflight {
                case .exits, .leavesOpen: moves.append(.exit(index))
                case .vanishes: moves.append(.vanish(index))
                default: moves.append(.preflight(index))
                }
            case .stop:
                switch twin.script {
                case .exitsBeforeStop, .leftOpenBeforeStop: moves.append(.exit(index))
                case .vanishesBeforeStop: moves.append(.vanish(index))
                case .stopsLate where !deadlineHasPassed, .failsLate where !deadlineHasPassed: break
                default: moves.append(.stop(index))
                }
            case .resume:
                let isLate = twin.script == .resumeLate || twin.script == .resumeLateFails
                moves.append(isLate && !twin.isOverdue ? .overdue(index) : .resume(index))
            case nil:
                if twin.preflight == .passesAndExits, !hasBegun { moves.append(.exit(index)) }
            }
            if twin.stops > 0, twin.call != .stop {
                if twin.script == .exitsAfterStop || twin.script == .leftOpenAfterStop { moves.append(.exit(index)) }
                if twin.script == .vanishesAfterStop { moves.append(.vanish(index)) }
            }
        }
        if !deadlineHasPassed { moves.append(.deadline) }
        return moves
    }

    /// Whether a move ends a preflight or a SUSPEND, or the time for all of them.
    func isOfFirstPhase(_ move: Move) -> Bool {
        let calls: [Twin.Call] = [.preflight, .stop]
        switch move {
        case .preflight, .stop: return true
        case .exit(let index), .vanish(let index): return twins[index].call.map(calls.contains) ?? false
        case .deadline: return twins.contains { $0.call.map(calls.contains) ?? false }
        case .resume, .overdue, .callerLeaves: return false
        }
    }

    // MARK: What happens

    mutating func make(_ move: Move) {
        trace.append(move)
        clock += 10
        let event = event(of: move)
        let actions = group.handle(event, atNs: clock)
        check(actions)
        checkProgress()
    }

    /// Tells of the return of a call that is not under way: nothing must come of it.
    mutating func disturb(_ generator: inout SeededGenerator) {
        let index = Int.random(in: twins.indices, using: &generator)
        let device = twins[index].device
        let timing = CallTiming(call: "none", enteredAtNs: clock, returnedAtNs: clock)
        let error = ControlError(.kernelError, "stray", device: device)
        let strays: [(Twin.Call, GroupStop.Event)] = [
            (.preflight, .preflightEnded(device, .refused(error))), (.stop, .stopped(device, timing)),
            (.stop, .stopFailed(device, error, mayBeStopped: true)), (.resume, .resumed(device, timing)),
            (.resume, .resumeFailed(device, error)), (.resume, .resumeOverdue(device)),
        ]
        let (call, event) = generator.pick(strays)
        guard twins[index].call != call else { return }
        var disturbed = group
        let actions = disturbed.handle(event, atNs: clock)
        if !actions.isEmpty || disturbed != group { violation = violation ?? "\(event) changes something" }
    }

    private mutating func event(of move: Move) -> GroupStop.Event {
        switch move {
        case .preflight(let index): endPreflight(index)
        case .stop(let index): endStop(index)
        case .resume(let index): endResume(index)
        case .overdue(let index): passTime(index)
        case .exit(let index): exit(index)
        case .vanish(let index): lose(index, .gone, .vanished, .vanished(twins[index].device))
        case .deadline: passDeadline()
        case .callerLeaves: leave()
        }
    }

    private mutating func endPreflight(_ index: Int) -> GroupStop.Event {
        twins[index].call = nil
        let device = twins[index].device
        guard twins[index].preflight != .refused else {
            hasFailed = true
            twins[index].path.append(.preflightRefused)
            return .preflightEnded(device, .refused(ControlError(.notRunning, "as asked", device: device)))
        }
        twins[index].hasPassed = true
        twins[index].path.append(.preflightPassed)
        let script = twins[index].script
        return .preflightEnded(
            device,
            .passed(
                wasSuspended: script.wasSuspended, since: script.wasSuspended ? Self.formerStop : nil,
                canResume: script.canResume, needsKick: index == 0))
    }

    private mutating func endStop(_ index: Int) -> GroupStop.Event {
        twins[index].call = nil
        let device = twins[index].device
        let error = ControlError(.kernelError, "as asked", device: device)
        switch twins[index].script {
        case .fails, .failsLate:
            hasFailed = true
            twins[index].path.append(.stopFailed)
            return .stopFailed(device, error, mayBeStopped: false)
        case .failsMaybeStopped, .wasSuspendedMaybe:
            hasFailed = true
            twins[index].truth = .ambiguous
            twins[index].path.append(.stopFailed)
            return .stopFailed(device, error, mayBeStopped: true)
        default:
            twins[index].truth = .stopped
            twins[index].path.append(.stopped)
            let timing = CallTiming(
                call: "VHOST_VDPA_SUSPEND", enteredAtNs: twins[index].enteredAt, returnedAtNs: clock - 1)
            twins[index].stop = timing
            return .stopped(device, timing)
        }
    }

    private mutating func endResume(_ index: Int) -> GroupStop.Event {
        twins[index].call = nil
        let device = twins[index].device
        switch twins[index].script {
        case .resumeFails, .resumeLateFails:
            twins[index].truth = .ambiguous
            twins[index].path.append(.resumeFailed)
            return .resumeFailed(device, ControlError(.kernelError, "as asked", device: device))
        default:
            twins[index].truth = .running
            twins[index].path.append(.resumed)
            let timing = CallTiming(
                call: "VHOST_VDPA_RESUME", enteredAtNs: twins[index].enteredAt, returnedAtNs: clock - 1)
            twins[index].resume = timing
            return .resumed(device, timing)
        }
    }

    private mutating func passTime(_ index: Int) -> GroupStop.Event {
        twins[index].isOverdue = true
        twins[index].path.append(.resumeLate)
        return .resumeOverdue(twins[index].device)
    }

    private mutating func exit(_ index: Int) -> GroupStop.Event {
        let twin = twins[index]
        let truth = twin.preflight == .leavesOpen ? .leftOpen : twin.script.leaving
        return lose(
            index, truth, .holderExited, .holderExited(twin.device, leaving: truth == .idle ? .idle : .unknown))
    }

    private mutating func lose(
        _ index: Int, _ truth: Twin.Truth, _ step: GroupStep, _ event: GroupStop.Event
    ) -> GroupStop.Event {
        hasFailed = true
        twins[index].truth = truth
        twins[index].call = nil
        twins[index].path.append(step)
        return event
    }

    private mutating func passDeadline() -> GroupStop.Event {
        deadlineHasPassed = true
        hasFailed = true
        for index in twins.indices where twins[index].call == .stop { twins[index].path.append(.stopLate) }
        return .deadlinePassed
    }

    private mutating func leave() -> GroupStop.Event {
        callerHasLeft = true
        if !hasBegun || policy == .rollback { hasFailed = true }
        return .callerLeft
    }
}
