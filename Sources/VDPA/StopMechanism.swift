public import LinuxIO
public import Virtio

/// How a device is stopped, and goes on again.
public enum StopMechanism: Sendable, Hashable {
    /// `VHOST_VDPA_SUSPEND` and `VHOST_VDPA_RESUME`.
    case ioctl

    /// A bit of the device status.
    ///
    /// - Parameters:
    ///   - bit: which.
    ///   - deadline: how long the device is read again to learn whether it has stopped, or goes on.
    case statusBit(StopBit, until: MonotonicInstant)
}
