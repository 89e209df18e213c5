internal import Virtio

extension DeviceState.Stability {
    /// What `mechanism` says of VHOST_VDPA_SUSPEND.
    private static let call = "ioctl"

    /// That the call can have stopped the device: without DRIVER_OK it returns 0 and does nothing.
    func validate(against standard: DeviceState.Standard) throws(DeviceState.Contradiction) {
        guard suspended, mechanism == Self.call, let mask = standard.status, let status = DeviceStatus(mask) else {
            return
        }
        guard status.contains(.driverOK) else {
            throw DeviceState.Contradiction(
                "stability.suspended",
                "SUSPEND does not stop a device without DRIVER_OK, and its status is \(HexadecimalNumber(mask.value))")
        }
    }
}
