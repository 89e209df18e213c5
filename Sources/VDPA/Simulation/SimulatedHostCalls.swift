import LinuxIO
import Virtio

/// The calls of a daemon that the simulated host has not answered, in order per device.
///
/// It does nothing by itself: what it returns is to be sent or resolved by whoever drives it.
struct SimulatedHostCalls {
    /// After how long a netlink call or a search for holders counts as stuck, so that later ones fail at once.
    private static let stuckAfterMilliseconds: UInt64 = 5_000

    /// What a call waits for, and what waits for it.
    enum Lane: Sendable, Hashable {
        case netlink
        case scan
        case device(DeviceName)
        /// A control request, or a call on sysfs or a node: it waits for nothing, and nothing for it.
        case unordered
    }

    /// A call and who waits for it.
    struct Call: Sendable {
        /// The number on the wire.
        let id: UInt64
        /// What it waits for.
        let lane: Lane
        /// The device concerned; nil for what concerns no single one.
        var device: DeviceName?
        /// What was asked, for people.
        let operation: String
        /// When.
        let since: MonotonicInstant
        /// The line that asks for it.
        let line: SimulatedHostLine
        /// Called once, with the answer.
        let resolve: @Sendable (Result<SimulatedHostAnswer, HostError>) -> Void
    }

    private var unanswered: [UInt64: Call] = [:]
    private var lanes = DeviceLanes<Call>()
    /// The number within its lane of a procedure that was sent.
    private var laneNumbers: [UInt64: UInt64] = [:]
    private var lastID: UInt64 = 0

    /// Why no call can be made any more.
    private(set) var loss: HostError?

    /// The number of the next call.
    mutating func nextID() -> UInt64 {
        lastID += 1
        return lastID
    }

    /// What is to be done with a new call.
    enum Admission {
        case send
        case wait
        case refuse(HostError)
    }

    /// Takes a call in.
    mutating func admit(_ call: Call) -> Admission {
        if let loss { return .refuse(loss) }
        if let stuck = stuckCall(call.lane, now: call.since) {
            return .refuse(
                HostError(
                    .blocked, "the call \"\(stuck.operation)\" has not returned for a while", call: stuck.operation))
        }
        guard case .device(let device) = call.lane else {
            unanswered[call.id] = call
            return .send
        }
        switch lanes.admit(device, operation: call.operation, call, now: call.since) {
        case .start(let started):
            unanswered[call.id] = call
            laneNumbers[call.id] = started.id
            return .send
        case .wait:
            unanswered[call.id] = call
            return .wait
        case .refuse(let error):
            return .refuse(error)
        }
    }

    /// The answer to a call has come.
    ///
    /// - Returns: the call that it answers, and the one that is to be sent now.
    mutating func finish(_ id: UInt64, now: MonotonicInstant) -> (answered: Call?, next: Call?) {
        guard let call = unanswered.removeValue(forKey: id) else { return (nil, nil) }
        guard case .device(let device) = call.lane, let number = laneNumbers.removeValue(forKey: id),
            let next = lanes.finish(number, on: device, now: now)
        else { return (call, nil) }
        laneNumbers[next.work.id] = next.id
        return (call, next.work)
    }

    /// Gives up the procedure that runs on a device; its answer is still taken.
    ///
    /// - Returns: the procedures that waited for it, which fail with the error.
    mutating func abandon(_ device: DeviceName) -> (refused: [Call], HostError)? {
        guard let (_, refused, error) = lanes.abandon(device) else { return nil }
        for call in refused { unanswered[call.work.id] = nil }
        return (refused.map(\.work), error)
    }

    /// The simulated host is gone.
    ///
    /// - Returns: everything that was not answered, which fails with the error.
    mutating func lose(_ error: HostError) -> [Call] {
        guard loss == nil else { return [] }
        loss = error
        defer {
            unanswered = [:]
            lanes = DeviceLanes()
        }
        return Array(unanswered.values)
    }

    /// The procedures that were given up and have not returned, and the other calls that have not returned for long.
    func stuckCalls(now: MonotonicInstant, worker: Int32) -> [HostHealth.StuckCall] {
        let stuck = [Lane.netlink, .scan].compactMap { stuckCall($0, now: now) }
        let alone = unanswered.values.filter { $0.lane == .unordered && isStuck($0, now: now) }
        return lanes.abandoned.map { call in
            HostHealth.StuckCall(
                device: call.device, operation: call.operation, since: call.since, worker: worker)
        }
            + (stuck + alone.sorted { $0.since < $1.since }).map { call in
                HostHealth.StuckCall(
                    device: call.device, operation: call.operation, since: call.since, worker: worker)
            }
    }

    private func isStuck(_ call: Call, now: MonotonicInstant) -> Bool {
        call.since.advanced(byMilliseconds: SimulatedHostCalls.stuckAfterMilliseconds) < now
    }

    private func stuckCall(_ lane: Lane, now: MonotonicInstant) -> Call? {
        guard lane == .netlink || lane == .scan else { return nil }
        let oldest = unanswered.values.filter { $0.lane == lane }.min { $0.since < $1.since }
        guard let oldest, isStuck(oldest, now: now) else { return nil }
        return oldest
    }
}
