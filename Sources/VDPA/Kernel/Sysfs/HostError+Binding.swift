import SystemPackage
import Virtio

extension HostError {
    /// A device that is not deleted because it has a driver.
    static func bound(_ device: DeviceName, to driver: BusDriver) -> HostError {
        HostError(.busy, "\(device) is bound to \(driver.name), and only a device without a driver is deleted")
    }

    /// A write to the `bind` or `unbind` of a driver, below the folder `bus`, that the kernel refused; `absence` says what
    /// ENODEV means here.
    static func binding(
        _ call: String, _ device: DeviceName, _ driver: BusDriver, _ errno: Errno, bus: String,
        absence: @autoclosure () -> (Code, String)
    ) -> HostError {
        let (code, reason): (Code, String) =
            switch errno {
            case .noSuchFileOrDirectory:
                (.notSupported, "the driver \(driver.name) is not loaded")
            case .permissionDenied, .notPermitted:
                (.permissionDenied, "writing \(bus)/drivers/\(driver.name)/\(call) needs root or CAP_DAC_OVERRIDE")
            case .operationNotSupportedByDevice: absence()
            case .resourceBusy: (.kernel, "\(device) has a driver already")
            case .notSupportedOnSocket, .notSupported:
                (.notSupported, "the driver \(driver.name) does not support \(device)")
            default: (.kernel, "\(call) of \(device) and \(driver.name) failed")
            }
        return HostError(
            code, "\(reason): \(errno)", call: call, errno: errno,
            missing: code == .notSupported ? [driver.name] : [])
    }

    /// ENODEV for a device that is not on the bus.
    static func noDevice(_ device: DeviceName) -> (Code, String) {
        (.notFound, "there is no device \(device)")
    }

    /// ENODEV for a device that is another driver's, or nobody's.
    static func otherDriver(_ device: DeviceName, _ call: String, _ driver: BusDriver) -> (Code, String) {
        (.kernel, "\(device) is not \(call == "bind" ? "for" : "bound to") \(driver.name)")
    }

    /// `drivers_autoprobe` that cannot be read or written.
    static func autoprobe(_ what: String, _ errno: Errno, bus: String) -> HostError {
        let call = "drivers_autoprobe"
        let (code, reason): (Code, String) =
            switch errno {
            case .noSuchFileOrDirectory: (.notSupported, "the vdpa module is not loaded")
            case .permissionDenied, .notPermitted:
                (.permissionDenied, "\(bus)/\(call) cannot be \(what) without root or CAP_DAC_OVERRIDE")
            default: (.kernel, "\(bus)/\(call) cannot be \(what)")
            }
        return HostError(
            code, "\(reason): \(errno)", call: call, errno: errno, missing: code == .notSupported ? [call] : [])
    }
}
