import ControlAPI
import Virtio

/// What has happened to one member of a group.
struct MemberHistory: Sendable, Hashable {
    /// The device.
    let device: DeviceName
    /// Where it was before its preflight.
    let formerState: RunState
    /// True when vdpad's record said that it was suspended already.
    var wasSuspended = false
    /// Its path so far.
    private(set) var path: [GroupMember.PathStep] = []
    /// The kernel call that was asked for, once it has returned.
    var timing: CallTiming?
    /// The SUSPEND that began its downtime, once it has returned.
    var stop: CallTiming?
    /// The RESUME that ended it.
    var resume: CallTiming?
    /// Whether a queue may wait for a kick once it is resumed.
    var needsKick = false
    /// Whether the configuration differs from the snapshot at the suspend.
    var configurationChanged: Bool?
    /// Why it is not where the call was to leave it.
    var error: ControlError?

    /// A member to which nothing has happened yet.
    init(_ device: DeviceName, formerState: RunState) {
        self.device = device
        self.formerState = formerState
    }

    /// Adds a step to the path.
    mutating func note(_ step: GroupStep, atNs: UInt64) {
        path.append(GroupMember.PathStep(step, atNs: atNs))
    }

    /// Within which bounds the device was stopped.
    ///
    /// - Parameter now: stands for what has not happened yet.
    /// - Returns: nil if no stop is known.
    func interval(until now: UInt64) -> StopInterval? {
        guard let earliestStop = stop?.enteredAtNs ?? (wasSuspended ? nil : time(of: .stopBegun)) else { return nil }
        return StopInterval(
            earliestStop: earliestStop, latestStop: stop?.returnedAtNs,
            earliestResume: resume?.enteredAtNs ?? time(of: .resumeBegun) ?? now,
            latestResume: resume?.returnedAtNs ?? now)
    }

    /// What is told of the member.
    ///
    /// - Parameters:
    ///   - runState: where it is.
    ///   - interval: within which bounds it was stopped.
    /// - Returns: its entry in a reply.
    func report(_ runState: RunState, _ interval: StopInterval?) -> GroupMember {
        GroupMember(
            device: device, runState: runState, wasSuspended: wasSuspended, path: path, timing: timing,
            downtime: interval.flatMap { DowntimeBounds([$0]) }, kickNeeded: resume == nil ? nil : needsKick,
            configurationChanged: configurationChanged, error: error)
    }

    /// Whether a step is on the path.
    func hasPassed(_ step: GroupStep) -> Bool {
        time(of: step) != nil
    }

    private func time(of step: GroupStep) -> UInt64? {
        path.first { $0.step == step }?.atNs
    }
}
