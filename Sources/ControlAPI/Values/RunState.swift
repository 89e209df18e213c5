public import JSON

/// vdpad's record of whether a device runs. It is a record because the kernel has no query for a suspension.
public enum RunState: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// DRIVER_OK is not set: nobody drives the device.
    case idle
    /// DRIVER_OK is set and vdpad knows of no stop.
    case running
    /// A stop has begun and has not been confirmed: the device may be stopped.
    case suspending
    /// SUSPEND returned 0 with DRIVER_OK set before and after it, or the device shows by a stop bit that it has stopped.
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

    /// For the documentation.
    public static var schemaSummary: StaticString? { "vdpad's record of whether a device runs." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .idle: "DRIVER_OK is not set: nobody drives the device."
        case .running: "DRIVER_OK is set and vdpad knows of no stop."
        case .suspending: "A stop has begun and has not been confirmed: the device may be stopped."
        case .suspended:
            "SUSPEND returned 0 with DRIVER_OK set before and after it, or the device shows by a stop bit that it has stopped."
        case .resuming: "A resume has begun and has not been confirmed: the device may be stopped."
        case .needsReset: "The device shows DEVICE_NEEDS_RESET."
        case .failed: "The device shows FAILED, or it did not stop or start."
        case .unknown: "vdpad cannot tell."
        case .gone: "The device is no longer on the bus."
        }
    }
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

    /// For the documentation.
    public static var schemaSummary: StaticString? { "What vdpad can do to a device now." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .none: "Nobody holds the device: netlink and sysfs only."
        case .host: "The host's own virtio_vdpa driver uses the device: status from sysfs, no suspend."
        case .shared: "Another process holds the device: status, configuration, features, suspend, resume."
        case .owner: "vdpad itself holds and owns the device: everything."
        }
    }
}

/// How a device is stopped.
public enum Mechanism: String, Sendable, Hashable, CaseIterable, JSONStringEnum {
    /// VHOST_VDPA_SUSPEND and VHOST_VDPA_RESUME.
    case ioctl
    /// The SUSPEND bit of the device status (virtio 1.4): bit 4.
    case statusBitSuspend
    /// The STOP bit of an older proposal: bit 5.
    case statusBitStop
    /// A reset, which loses the device's state.
    case reset

    /// For the documentation.
    public static var schemaSummary: StaticString? { "How a device is stopped." }

    /// What the case means.
    public var summary: StaticString? {
        switch self {
        case .ioctl: "VHOST_VDPA_SUSPEND and VHOST_VDPA_RESUME."
        case .statusBitSuspend:
            "The SUSPEND bit of the device status, value 16 (virtio 1.4), if feature 43 is negotiated."
        case .statusBitStop:
            "The STOP bit of an older proposal, value 32, if the daemon's configuration declares that the device has it."
        case .reset: "A reset, which loses the device's state."
        }
    }
}
