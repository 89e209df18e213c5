public import Virtio

/// A whole operation on one open device: everything that is checked, called and read back, in one place.
///
/// The same procedures run in a device worker (shared access), on an owned device's thread, and in the simulated host.
public enum DeviceProcedure: Sendable, Hashable {
    /// Reads everything that can be read without changing anything.
    case examine

    /// Stops a running device.
    ///
    /// - Parameters:
    ///   - allowIrreversible: stop also a device that cannot be resumed.
    ///   - dryRun: make every check up to the ioctl and stop there.
    ///   - mechanism: how.
    case suspend(allowIrreversible: Bool, dryRun: Bool, by: StopMechanism = .ioctl)

    /// Lets a stopped device go on.
    ///
    /// - Parameters:
    ///   - dryRun: make every check up to the ioctl and stop there.
    ///   - mechanism: how it was stopped.
    case resume(dryRun: Bool, by: StopMechanism = .ioctl)

    /// Adds bits to the device status and reads back what the device made of it.
    case setStatus(DeviceStatus)

    /// Resets the device: writes status 0 and reads it back.
    case reset

    /// Asserts the stop again if `assertStop`, by the mechanism that has stopped the device, then reads all that the access
    /// allows, queues included.
    case export(assertStop: Bool, by: StopMechanism = .ioctl)

    /// Opens the node and becomes owner; with `bringUp`, negotiates, sets up rings and sets DRIVER_OK. Owner access only.
    ///
    /// When a step fails, the node is closed again, and the configuration is what it was before.
    case open(bringUp: BringUp?)

    /// Sets DRIVER_OK, the last step of a restore, and reads back where these queues continue, of which the device did not
    /// tell before. Owner access only.
    ///
    /// Fails with `verificationFailed` when one of them continues elsewhere.
    case start(proving: [QueuePosition])

    /// Closes the node, which resets the device. Owner access only.
    case close

    /// Asserts the stop again and sets back where the device continues in these queues, all or none. Owner access only.
    ///
    /// Fails with `incompatible` for a position that is not between what the device has used and what it has fetched.
    case rewind([QueuePosition], by: StopMechanism = .ioctl)

    /// Takes a restore back: writes the configuration space as it was before, then closes the node in any case. Owner
    /// access only.
    case withdraw(configuration: [UInt8])

    /// True when the device is not different afterwards.
    var isReadOnly: Bool {
        switch self {
        case .examine, .suspend(_, dryRun: true, _), .resume(dryRun: true, _), .export(assertStop: false, _): true
        case .suspend, .resume, .setStatus, .reset, .export, .open, .start, .close, .withdraw, .rewind: false
        }
    }
}
