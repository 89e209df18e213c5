import ControlAPI
import LinuxIO
import Virtio

/// Waiting for run states.
extension Daemon {
    /// `device.wait`. It counts from when the request arrives: what is asked for after it is not missed.
    func beginWait(_ params: DeviceWaitMethod.Params) -> Body<DeviceWaitMethod> {
        let states = Set(params.until)
        guard !states.isEmpty else {
            return { () throws(ControlError) in
                throw ControlError(.invalidParams, "until: at least one run state must be given")
            }
        }
        let name = params.target.device
        let deadline = MonotonicInstant.now.advanced(
            byMilliseconds: UInt64(params.target.deadlineMs ?? environment.defaultDeadlineMs))
        guard let device = device(name) else {
            return { [self] () throws(ControlError) in try await waitForUnknown(name, states, until: deadline) }
        }
        let waiter = device.assumeIsolated { $0.awaitRunState(states) }
        return { () throws(ControlError) in try await device.wait(waiter, until: deadline) }
    }

    /// Waits for a device that is not known: it may have come just now. One that is not there is gone.
    private func waitForUnknown(
        _ name: DeviceName, _ states: Set<RunState>, until deadline: MonotonicInstant
    ) async throws(ControlError) -> DeviceControlState {
        let device: Device
        do throws(ControlError) {
            device = try await findDevice(name)
        } catch let error where error.code == .deviceNotFound && states.contains(.gone) {
            return DeviceControlState(device: name, runState: .gone, vouched: true, access: .none, warnings: [])
        }
        return try await device.wait(await device.awaitRunState(states), until: deadline)
    }

    /// Ends all waits for run states, so that they do not hold up the daemon's end.
    func endWaits() {
        for device in devices.values { device.assumeIsolated { $0.dismissWaiters() } }
    }
}
