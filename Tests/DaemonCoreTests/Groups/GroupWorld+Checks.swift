import ControlAPI
import Virtio

@testable import DaemonCore

/// What must hold.
extension GroupWorld {
    private mutating func require(_ condition: Bool, _ what: @autoclosure () -> String) {
        if !condition, violation == nil { violation = what() }
    }

    mutating func check(_ actions: [GroupStop.Action]) {
        for action in actions {
            require(end == nil, "something is done after the end")
            switch action {
            case .preflight(let device): preflight(device)
            case .stop(let device): stop(device)
            case .resume(let device): resume(device)
            case .answer(let reply): answer(reply)
            case .finished(let reply): finish(reply)
            }
        }
    }

    /// Nothing waits for what may never come, and nothing is left behind.
    mutating func checkProgress() {
        let calls = twins.filter { $0.call != nil }
        require(end != nil || !calls.isEmpty, "nothing is under way, and there is no end")
        let isAwaited = calls.contains { twin in
            switch twin.call {
            case .preflight: !deadlineHasPassed && !callerHasLeft
            case .stop: !deadlineHasPassed
            default: !twin.isOverdue
            }
        }
        require(answer != nil || isAwaited, "the answer waits for a call that may never return")
        guard hasBegun, hasFailed, policy == .rollback else { return }
        let isStuck = calls.allSatisfy { $0.call != .resume || $0.isOverdue }
        require(!isStuck || !twins.contains(where: \.awaitsRollback), "a member that may be stopped is not resumed")
    }

    private func index(_ device: DeviceName) -> Int {
        twins.firstIndex { $0.device == device } ?? 0
    }

    private mutating func preflight(_ device: DeviceName) {
        let index = index(device)
        require(twins[index].path.isEmpty, "a second preflight")
        twins[index].call = .preflight
        twins[index].path.append(.preflightBegun)
    }

    private mutating func stop(_ device: DeviceName) {
        let index = index(device)
        require(!group.isDryRun, "a stop in a dry run")
        require(answer == nil, "a stop after the answer")
        require(!hasFailed, "a stop after a failure")
        require(twins.allSatisfy(\.hasPassed), "a stop before every preflight has passed")
        require(twins[index].stops == 0, "a second stop")
        hasBegun = true
        twins[index].call = .stop
        twins[index].stops += 1
        twins[index].enteredAt = clock + 1
        twins[index].path.append(.stopBegun)
    }

    private mutating func resume(_ device: DeviceName) {
        let index = index(device)
        require(hasFailed, "a resume without a failure")
        require(policy == .rollback, "a resume of what is to be kept")
        require(twins[index].awaitsRollback, "a resume of what was not stopped by this group")
        require(
            !twins[(index + 1)...].contains(where: \.awaitsRollback), "a resume before that of a later member")
        require(
            twins.contains(where: \.isOverdue) || !twins.contains { $0.call == .resume },
            "a resume before another one has returned")
        twins[index].call = .resume
        twins[index].resumes += 1
        twins[index].enteredAt = clock + 1
        twins[index].path.append(.resumeBegun)
    }

    private mutating func answer(_ reply: GroupReply) {
        require(answer == nil, "a second answer")
        answer = reply
        check(reply)
        require(reply.failure != nil || !hasFailed || !hasBegun, "a failure is not told")
        require(
            !hasFailed || policy == .keep || !twins.contains(where: \.awaitsRollback),
            "an answer before a member that has stopped was resumed")
    }

    private mutating func finish(_ reply: GroupReply) {
        require(answer != nil, "an end without an answer")
        require(end == nil, "a second end")
        end = reply
        if reply != answer { check(reply) }
        require(!hasBegun || twins.allSatisfy { $0.call == nil }, "an end before every call has returned")
        checkOutcome(reply)
    }

    /// Every member is told as it is, with all that happened to it.
    private mutating func check(_ reply: GroupReply) {
        require(reply.members.map(\.device) == twins.map(\.device), "members are missing")
        for (twin, member) in zip(twins, reply.members) {
            let state = expectedState(of: twin)
            require(member.runState == state, "\(twin.device) is told as \(member.runState) and is \(state)")
            require(member.wasSuspended == (twin.hasPassed && twin.script.wasSuspended), "wasSuspended is wrong")
            let path = member.path.map(\.step)
            require(path.filter { $0 != .kept } == twin.path, "the path is \(path) instead of \(twin.path)")
            let isLeft = hasBegun && hasFailed && twin.truth == .stopped && twin.call == nil && twin.resumes == 0
            require(twin.isLost || path.contains(.kept) == isLeft, "kept is told of what is not, or the reverse")
            switch member.runState {
            case .unknown, .idle, .gone: require(member.error != nil, "\(member.runState) without a reason")
            case .suspended: require(!hasBegun || !hasFailed || isLeft || twin.call != nil, "silently suspended")
            default: break
            }
            let needsKick = index(twin.device) == 0
            require(member.kickNeeded == (twin.resume == nil ? nil : needsKick), "whether a kick is needed is wrong")
            checkDowntime(reply, member, twin)
        }
    }

    private func expectedState(of twin: Twin) -> RunState {
        switch (twin.call, twin.truth) {
        case (_, .idle): .idle
        case (_, .gone): .gone
        case (_, .leftOpen): .unknown
        case (.stop, _) where !twin.script.wasSuspended: .suspending
        case (.resume, _): .resuming
        case (_, .ambiguous): .unknown
        case (_, .stopped): .suspended
        case (_, .running): .running
        }
    }

    private mutating func checkDowntime(_ reply: GroupReply, _ member: GroupMember, _ twin: Twin) {
        let wasSuspended = twin.hasPassed && twin.script.wasSuspended
        // What is left open may be stopped still.
        guard let stop = wasSuspended ? Self.formerStop : twin.stop, !twin.isLost || twin.truth == .leftOpen
        else { return }
        let (entered, returned) = (twin.resume?.enteredAtNs ?? clock, twin.resume?.returnedAtNs ?? clock)
        let longest = returned - stop.enteredAtNs
        let shortest = entered > stop.returnedAtNs ? entered - stop.returnedAtNs : 0
        require(member.downtime?.maximumNs == longest, "the longest downtime is wrong")
        // A resume that has not returned may have taken effect as soon as it was called.
        require(member.downtime.map { $0.minimumNs <= shortest } == true, "the shortest downtime is wrong")
        if wasSuspended {
            let sinceBegin = clock - 1000
            require(reply.downtime.map { $0.maximumNs <= sinceBegin } ?? true, "the group answers for a former stop")
            return
        }
        require(reply.downtime.map { $0.maximumNs >= longest } == true, "the group's longest downtime is wrong")
        require(reply.downtime.map { $0.minimumNs <= shortest } == true, "the group's shortest downtime is wrong")
    }

    private mutating func checkOutcome(_ reply: GroupReply) {
        let states = zip(twins, reply.members).map { ($0, $1.runState) }
        let expected: GroupOutcome =
            if !hasBegun {
                group.isDryRun && !hasFailed ? .checked : .refused
            } else if !hasFailed {
                .suspended
            } else if states.contains(where: { twin, state in
                state == .unknown || state == .suspended && policy == .rollback && !twin.script.wasSuspended
            }) {
                .unresolved
            } else {
                policy == .rollback ? .rolledBack : .kept
            }
        require(reply.outcome == expected, "the outcome is \(reply.outcome) instead of \(expected)")
        require(hasFailed || states.allSatisfy { $1 == .suspended } || !hasBegun, "not every member has stopped")
    }
}
