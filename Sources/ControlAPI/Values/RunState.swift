public import JSON

/// vdpad's record of whether a device runs. It is a record because the kernel has no query for a suspension.
public enum RunState: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// DRIVER_OK is not set: nobody drives the device.
    case idle
    /// DRIVER_OK is set and vdpad knows of no stop.
    case running
    /// A stop has begun and has not been confirmed: the device may be stopped.
    case suspending
    /// SUSPEND returned 0 with DRIVER_OK set before and after it.
    case suspended
    /// A resume has begun and has not been confirmed: the device may be stopped.
    case resuming
    /// The device shows DEVICE_NEEDS_RESET.
    case needsReset
    /// The device shows FAILED, or it did not stop or start.
    case failed
    /// vdpad cannot tell.
    case unknown
    /// The device is no longer on the bus.
    case gone
}

/// What vdpad can do to a device now.
public enum Access: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// Nobody holds the device: netlink and sysfs only.
    case none
    /// The host's own virtio_vdpa driver uses the device: status from sysfs, no suspend.
    case host
    /// Another process holds the device: status, configuration, features, suspend, resume.
    case shared
    /// vdpad itself holds and owns the device: everything.
    case owner
}

/// How a device is stopped.
public enum Mechanism: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// VHOST_VDPA_SUSPEND and VHOST_VDPA_RESUME.
    case ioctl
    /// The SUSPEND bit of the device status (virtio 1.4).
    case statusBit
    /// A reset, which loses the device's state.
    case reset
}
