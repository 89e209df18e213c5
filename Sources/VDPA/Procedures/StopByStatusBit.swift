import LinuxIO
import Virtio

extension VhostVDPAFile where Self: ~Copyable {
    /// Stops a running device by a bit of its status. Whether the driver has accepted the feature is not to be seen from
    /// here: the caller has asked.
    borrowing func stopDevice(
        by bit: StopBit, until deadline: MonotonicInstant, allowIrreversible: Bool, dryRun: Bool
    ) throws(HostError) -> DeviceReport {
        let before = try observe()
        var report = DeviceReport(before: before)
        try before.requireDriven(bit)
        if !allowIrreversible { try before.requireReversible(bit, .irreversible) }
        guard !dryRun else { return report }

        let call = try bring(bit, to: .stopped, until: deadline)
        report.call = call
        let after = try observe(again: before, after: call)
        report.after = after
        try after.require(bit, .stopped)
        if before.configuration != after.configuration {
            report.warnings.append("the configuration changed while the device was being stopped")
        }
        report.holderExited = holderHasExited()
        return report
    }

    /// Lets a device go on that was stopped by a bit of its status.
    borrowing func startDevice(
        by bit: StopBit, until deadline: MonotonicInstant, dryRun: Bool
    ) throws(HostError) -> DeviceReport {
        let before = try observe()
        var report = DeviceReport(before: before)
        try before.requireDriven(bit)
        if bit.phase(of: before.status) != .running { try before.requireReversible(bit, .notSupported) }
        guard !dryRun else { return report }

        let call = try bring(bit, to: .running, until: deadline)
        report.call = call
        let after = try observe(again: before, after: call)
        report.after = after
        try after.require(bit, .running)
        report.holderExited = holderHasExited()
        return report
    }

    /// Writes what is wanted and reads the status again until the device has done it.
    ///
    /// A device that is on its way already is waited for: the same value written again makes some devices go on.
    ///
    /// - Returns: from just before the first reading or the writing until the device was seen to have done it.
    /// - Throws: `HostError`: `deviceFailed` when the device shows that it has failed, was reset or could not be stopped,
    ///   `deadlineExceeded` when it has not done it in time, and what writing fails with; with what was seen.
    private borrowing func bring(
        _ bit: StopBit, to wanted: StopBit.Phase, until deadline: MonotonicInstant
    ) throws(HostError) -> KernelCallTiming {
        var timing: KernelCallTiming?
        let begin = MonotonicInstant.now
        // A device that was asked to stop and does not show it yet looks like one that runs, and is told so once more: of
        // the proposal's bit nothing else would take the wish back.
        var mustWrite = bit == .stop && wanted == .running
        var pause = StatusPause()
        while true {
            let status = try status()
            let phase = bit.phase(of: status)
            try requireAlive(status, phase)
            switch phase {
            case wanted where !mustWrite:
                return KernelCallTiming(
                    call: timing?.call ?? "VHOST_VDPA_GET_STATUS", enteredAt: timing?.enteredAt ?? begin,
                    returnedAt: .now)
            case .changing: break
            case .refused where wanted == .stopped && timing != nil: throw try refusal(bit, status)
            case .refused where wanted == .stopped:
                // Of a stop before this one.
                _ = try write(bit.starting(status))
                continue
            default:
                if mustWrite || timing == nil {
                    mustWrite = false
                    timing = try write(wanted == .stopped ? bit.stopping(status) : bit.starting(status))
                    continue
                }
            }
            guard pause.wait(until: deadline) else {
                throw HostError(
                    .deadlineExceeded,
                    "the device has not \(wanted == .stopped ? "stopped" : "gone on") within the deadline: its status is "
                        + status.hexadecimal,
                    call: "VHOST_VDPA_SET_STATUS", observation: try observe())
            }
        }
    }

    private borrowing func write(_ status: DeviceStatus) throws(HostError) -> KernelCallTiming {
        do throws(HostError) {
            return try issue("VHOST_VDPA_SET_STATUS") { () throws(HostError) in try setStatus(status) }
        } catch let error where error.code != .holderGone && error.code != .gone {
            throw HostError(
                .kernel, error.message, call: error.call, errno: error.errno, observation: try? observe())
        }
    }

    private borrowing func requireAlive(_ status: DeviceStatus, _ phase: StopBit.Phase) throws(HostError) {
        guard phase == .idle || !status.isDisjoint(with: [.needsReset, .failed]) else { return }
        let observation = try observe()
        try observation.requireNotFailed()
        throw HostError(
            .deviceFailed,
            "DRIVER_OK was cleared during the call: the status is \(status.hexadecimal); the device was reset",
            observation: observation)
    }

    /// The device could not be stopped and says so. That is taken from its status, where the kernel allows it.
    private borrowing func refusal(_ bit: StopBit, _ status: DeviceStatus) throws(HostError) -> HostError {
        if clearsStatusBits() { _ = try write(bit.starting(status)) }
        let observation = try observe()
        return HostError(
            .deviceFailed,
            "the device could not be stopped: it showed STOP_FAILED (status \(status.hexadecimal)), and runs; its status is "
                + observation.status.hexadecimal,
            observation: observation)
    }
}

/// Waits between two readings of a status, a little longer each time: a device stops within microseconds or takes long.
private struct StatusPause {
    private static let longestNanoseconds: UInt64 = 5_000_000
    private var nanoseconds: UInt64 = 50_000

    /// Blocks the thread.
    ///
    /// - Returns: false, at once, when the deadline has passed.
    mutating func wait(until deadline: MonotonicInstant) -> Bool {
        let now = MonotonicInstant.now
        guard now < deadline else { return false }
        // One that is cut short by a signal reads once more.
        try? min(deadline, now.advanced(byNanoseconds: nanoseconds)).wait()
        nanoseconds = min(nanoseconds * 2, Self.longestNanoseconds)
        return true
    }
}

extension DeviceObservation {
    /// Refuses a device without a driver, one that has failed, and one that does not offer the bit.
    fileprivate func requireDriven(_ bit: StopBit) throws(HostError) {
        try requireNotFailed()
        guard bit.phase(of: status) != .idle else { return try requireRunning() }
        guard bit != .suspend || features.contains(.suspend) else {
            throw HostError(
                .notSupported, "the device does not offer SUSPEND (feature 43)", missing: ["SUSPEND"], observation: self
            )
        }
    }

    /// Refuses what could not be undone.
    fileprivate func requireReversible(_ bit: StopBit, _ code: HostError.Code) throws(HostError) {
        guard bit == .stop, !clearsStatusBits else { return }
        throw HostError(
            code,
            "the device can be stopped by bit 5 of its status but not resumed: vhost-vdpa lets no status bit be cleared",
            missing: ["RESUME"], observation: self)
    }

    /// After a stop or a resume: it still stands.
    fileprivate func require(_ bit: StopBit, _ wanted: StopBit.Phase) throws(HostError) {
        try requireNotFailed()
        guard bit.phase(of: status) != .idle else { return try requireStillRunning() }
        guard bit.phase(of: status) == wanted else {
            throw HostError(
                .verificationFailed,
                "the device \(wanted == .stopped ? "has stopped" : "went on") and did not stay so: its status is "
                    + status.hexadecimal,
                call: "VHOST_VDPA_SET_STATUS", observation: self)
        }
    }
}
