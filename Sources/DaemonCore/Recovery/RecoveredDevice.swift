import Virtio

/// What `vdpad recover` has made of a device that was recorded as stopped.
struct RecoveredDevice: Sendable, Hashable, CustomStringConvertible {
    /// Where the device is.
    enum Outcome: Sendable, Hashable {
        /// It goes on.
        case resumed
        /// Nobody holds it any more, so that it was reset.
        case reset
        /// It has left the bus.
        case gone
        /// It stays stopped, as whoever has stopped it wants it.
        case kept
        /// It was handed over to whoever controls its VMM.
        case handedBack
        /// It could not be told to go on, for this reason.
        case failed(String)
    }

    /// The device.
    var device: DeviceName
    /// Where it is.
    var outcome: Outcome

    /// Whether it ought to go on and does not, as far as is known.
    var isFailure: Bool {
        if case .failed = outcome { return true }
        return false
    }

    /// A line for people.
    var description: String {
        switch outcome {
        case .resumed: "\(device): resumed"
        case .reset: "\(device): nobody holds it any more"
        case .gone: "\(device): it is not on the vdpa bus any more"
        case .kept: "\(device): stays stopped, since its stop has no lease"
        case .handedBack: "\(device): left to its VMM, to which it was handed back"
        case .failed(let reason): "\(device): may be stopped: \(reason)"
        }
    }
}
