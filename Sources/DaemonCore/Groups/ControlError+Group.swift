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

    /// Where the device is that a call has failed with this; nil if the error does not say.
    ///
    /// What has failed is not under way any more: then nobody can tell.
    var settledRunState: RunState? {
        switch stateAfter?.runState {
        case .suspending, .resuming: .unknown
        case let seen: seen
        }
    }
}
