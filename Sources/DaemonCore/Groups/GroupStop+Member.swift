import ControlAPI
import Virtio

extension GroupStop {
    /// One device of the group.
    struct Member: Sendable, Hashable {
        /// Where it is on its way.
        enum Phase: Sendable, Hashable {
            case checking
            /// It has passed the preflight.
            case ready
            /// SUSPEND was called and has not returned.
            case stopping
            /// The stop is confirmed.
            case stopped
            /// SUSPEND has failed in a way that does not tell.
            case maybeStopped
            /// RESUME was called and has not returned.
            case resuming
            /// Nothing more is done to it.
            case settled(RunState)
        }

        var history: MemberHistory
        var phase = Phase.checking
        /// Whether the device may be resumed.
        var canResume = true
        /// True when RESUME should have returned.
        var isOverdue = false

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
            case .checking, .ready: history.formerState
            case .stopping: history.wasSuspended ? .suspended : .suspending
            case .stopped: .suspended
            case .maybeStopped: .unknown
            case .resuming: .resuming
            case .settled(let runState): runState
            }
        }
    }
}

// MARK: What happens

extension GroupStop.Member {
    mutating func endPreflight(_ result: GroupStop.Preflight, _ atNs: UInt64) {
        switch result {
        case .passed(let wasSuspended, let since, let canResume, let needsKick):
            history.wasSuspended = wasSuspended
            history.needsKick = needsKick
            history.stop = since
            self.canResume = canResume
            phase = .ready
            history.note(.preflightPassed, atNs: atNs)
        case .refused(let error):
            history.error = error
            phase = .settled(error.stateAfter?.runState ?? history.formerState)
            history.note(.preflightRefused, atNs: atNs)
        }
    }

    mutating func beginStop(_ atNs: UInt64) {
        phase = .stopping
        history.note(.stopBegun, atNs: atNs)
    }

    mutating func stop(_ timing: CallTiming, _ atNs: UInt64) {
        history.timing = timing
        if !history.wasSuspended { history.stop = timing }
        phase = .stopped
        history.note(.stopped, atNs: atNs)
    }

    mutating func failStop(_ error: ControlError, mayBeStopped: Bool, _ atNs: UInt64) {
        history.error = error
        history.note(.stopFailed, atNs: atNs)
        guard !mayBeStopped else { return phase = .maybeStopped }
        phase = .settled(error.settledRunState ?? (history.wasSuspended ? .suspended : .running))
    }

    mutating func beginResume(_ atNs: UInt64) {
        phase = .resuming
        history.note(.resumeBegun, atNs: atNs)
    }

    mutating func resume(_ timing: CallTiming, _ atNs: UInt64) {
        history.resume = timing
        phase = .settled(.running)
        history.note(.resumed, atNs: atNs)
    }

    mutating func failResume(_ error: ControlError, _ atNs: UInt64) {
        history.error = error
        history.note(.resumeFailed, atNs: atNs)
        phase = .settled(error.settledRunState ?? .unknown)
    }
}

// MARK: What is done

extension GroupStop.Member {
    /// Whether its group has failed and waits to resume it.
    func awaitsResume(_ policy: GroupFailurePolicy) -> Bool {
        (phase == .stopped || phase == .maybeStopped) && policy == .rollback && !history.wasSuspended && canResume
    }

    /// Leaves a member of a group that has failed stopped, if that is where it belongs.
    mutating func settleIfKept(_ policy: GroupFailurePolicy, _ atNs: UInt64) {
        guard !awaitsResume(policy) else { return }
        switch phase {
        case .stopped:
            phase = .settled(.suspended)
            history.note(.kept, atNs: atNs)
            if policy == .rollback, !history.wasSuspended {
                history.error = ControlError(
                    .irreversible,
                    "\(device) was stopped with its group and is not resumed: it cannot be, or was handed back",
                    device: device)
            }
        case .maybeStopped:
            phase = .settled(.unknown)
        default:
            break
        }
    }
}
