import ControlAPI
import Virtio

extension ControlError {
    /// A process that held a member of a group has exited.
    static func holderExited(_ device: DeviceName) -> ControlError {
        ControlError(.deviceGone, "the process that held \(device) has exited", device: device)
    }

    /// A member of a group has gone.
    static func vanished(_ device: DeviceName) -> ControlError {
        ControlError(.deviceGone, "\(device) has left the bus", device: device)
    }

    /// Where a device is whose RESUME has failed with this: `unknown`, unless the error says what was seen.
    var runStateAfterResume: RunState {
        switch stateAfter?.runState {
        case nil, .suspending, .resuming: .unknown
        case .some(let seen): seen
        }
    }
}
