/// A bit of the device status that stops a device: what the driver side writes, and what the device shows.
///
/// The values are those of a status of eight bits, all that vhost-vdpa carries. The seven others of it are taken, which is
/// why the proposal's STOP_FAILED can only be the value that virtio 1.4 has given to SUSPEND, and why a device has one of
/// the two meanings or the other, never both. Numbers of bits: 4 is the value 16, 5 the value 32.
public enum StopBit: Sendable, Hashable, CaseIterable {
    /// SUSPEND of virtio 1.4, value 16, with feature 43: the device stops and clears DRIVER_OK itself. The driver side lets
    /// it go on by setting DRIVER_OK, and the device clears SUSPEND then.
    case suspend

    /// STOP of the proposal "virtio: introduce STOP status bit", value 32: the device shows it once it has stopped, and
    /// DRIVER_OK stays. One that cannot stop shows STOP_FAILED instead. The driver side lets it go on by clearing the bits.
    case stop

    /// Where a status says that the device is.
    public enum Phase: Sendable, Hashable {
        /// Without DRIVER_OK, and not because it has stopped.
        case idle
        /// With DRIVER_OK and no stop bit.
        case running
        /// On the way from the one to the other: a status does not say in which direction.
        case changing
        /// The device has stopped.
        case stopped
        /// It runs: it could not be stopped.
        case refused
    }

    /// Where the status says that the device is. Bits that say that the device has failed are for the caller to see.
    public func phase(of status: DeviceStatus) -> Phase {
        switch self {
        case .suspend where status.isSuperset(of: [.suspend, .featuresOK]):
            status.contains(.driverOK) ? .changing : .stopped
        case .stop where status.isSuperset(of: [.proposedStopFailed, .driverOK]): .refused
        case .stop where status.isSuperset(of: [.proposedStop, .driverOK]): .stopped
        case .suspend, .stop: status.contains(.driverOK) ? .running : .idle
        }
    }

    /// What is written to stop a device whose status this is.
    public func stopping(_ status: DeviceStatus) -> DeviceStatus {
        switch self {
        case .suspend: status.union(.suspend)
        case .stop: status.union(.proposedStop)
        }
    }

    /// What is written to let a device go on whose status this is.
    ///
    /// SUSPEND is kept, for the device to clear: vhost-vdpa refuses a value that clears a bit. The proposal's bit can be
    /// cleared by the driver side alone, so that a kernel which refuses that leaves no way but a reset.
    public func starting(_ status: DeviceStatus) -> DeviceStatus {
        switch self {
        case .suspend: status.union(.driverOK)
        case .stop: status.subtracting([.proposedStop, .proposedStopFailed])
        }
    }
}
