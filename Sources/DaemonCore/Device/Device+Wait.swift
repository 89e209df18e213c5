import ControlAPI
import LinuxIO
import Virtio

/// Waiting for a run state.
extension Device {
    /// Begins to wait, unless the device is in one of the run states already.
    func awaitRunState(_ states: Set<RunState>) -> RunStateWaiter {
        let waiter = RunStateWaiter(for: states)
        waiters.append(waiter)
        wakeWaiters()
        return waiter
    }

    /// Ends the waits whose run state has come. One that has left the bus is not waited for: another one of its name is
    /// another device.
    func wakeWaiters() {
        guard !waiters.isEmpty else { return }
        let runState = runState
        waiters.removeAll { waiter in
            if waiter.states.contains(runState) {
                waiter.end.resolve(.success(controlState()))
            } else if runState == .gone {
                waiter.end.resolve(.failure(end(.deviceGone, "\(name.string) has left the vdpa bus")))
            } else {
                return false
            }
            return true
        }
    }

    /// Ends all waits, since vdpad is being stopped.
    func dismissWaiters() {
        for waiter in waiters { waiter.end.resolve(.failure(end(.cancelled, "vdpad is being stopped"))) }
        waiters = []
    }

    /// Waits until the device is in one of the run states.
    ///
    /// - Returns: where it was as it came there; it may have gone on since.
    /// - Throws: `ControlError`: `deviceGone`, `deadlineExceeded`, `cancelled`.
    func wait(_ waiter: RunStateWaiter, until deadline: MonotonicInstant) async throws(ControlError)
        -> DeviceControlState
    {
        guard let end = await waiter.end.wait(until: deadline, on: loop) else {
            waiters.removeAll { $0 === waiter }
            let states = waiter.states.map(\.rawValue).sorted().joined(separator: ", ")
            throw Task.isCancelled
                ? self.end(.cancelled, "the caller has gone")
                : self.end(.deadlineExceeded, "\(name.string) has not been \(states) within the deadline")
        }
        return try end.get()
    }

    private func end(_ code: ErrorCode, _ message: String) -> ControlError {
        var error = ControlError(code, message, device: name)
        error.stateAfter = stateAfter
        return error
    }
}
