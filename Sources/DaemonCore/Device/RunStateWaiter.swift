import ControlAPI
import LinuxIO

/// Somebody who waits until a device is in one of some run states.
final class RunStateWaiter: Sendable {
    let states: Set<RunState>

    /// Resolved when the device is in one of them, or cannot come there any more.
    let end = Gate<Result<DeviceControlState, ControlError>>()

    init(for states: Set<RunState>) {
        self.states = states
    }
}
