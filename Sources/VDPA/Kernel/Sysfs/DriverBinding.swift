import LinuxIO
import SystemPackage
import Virtio

/// Binding and unbinding through sysfs. Every call may sleep as long as a driver likes, so this stands in a worker process.
///
/// Source: drivers/base/bus.c (`bind_store`, `unbind_store`, `drivers_autoprobe`), drivers/vdpa/vdpa.c (`driver_override`).
struct DriverBinding {
    /// Where sysfs is.
    let paths: HostPaths

    private var bus: String { "\(paths.sys)/bus/vdpa" }

    /// Binds a device that has no driver. When this returns the driver has finished its set-up, so that its node may be
    /// opened.
    func bind(_ device: DeviceName, to driver: BusDriver) throws(HostError) {
        do throws(Errno) {
            try Files.write(device.string, to: "\(bus)/drivers/\(driver.name)/bind")
        } catch {
            throw failure(of: "bind", device, driver, error)
        }
    }

    /// Takes a device from its driver. Sleeps until the last descriptor of its node is closed.
    func unbind(_ device: DeviceName, from driver: BusDriver) throws(HostError) {
        do throws(Errno) {
            try Files.write(device.string, to: "\(bus)/drivers/\(driver.name)/unbind")
        } catch {
            throw failure(of: "unbind", device, driver, error)
        }
    }

    /// Whether the kernel binds new devices by itself.
    func autoprobe() throws(HostError) -> Bool {
        do throws(Errno) {
            return try Files.readText("\(bus)/drivers_autoprobe", limit: 16) == "1"
        } catch {
            throw autoprobeFailure("read", error)
        }
    }

    /// Decides whether the kernel binds new devices by itself.
    func setAutoprobe(_ on: Bool) throws(HostError) {
        do throws(Errno) {
            try Files.write(on ? "1" : "0", to: "\(bus)/drivers_autoprobe")
        } catch {
            throw autoprobeFailure("written", error)
        }
    }

    private func autoprobeFailure(_ what: String, _ errno: Errno) -> HostError {
        HostError(
            errno == .permissionDenied ? .permissionDenied : .kernel,
            "\(bus)/drivers_autoprobe cannot be \(what): \(errno)", call: "drivers_autoprobe", errno: errno)
    }

    private func failure(
        of call: String, _ device: DeviceName, _ driver: BusDriver, _ errno: Errno
    ) -> HostError {
        let (code, reason): (HostError.Code, String) =
            switch errno {
            case .noSuchFileOrDirectory:
                (.notSupported, "the driver \(driver.name) is not loaded")
            case .permissionDenied, .notPermitted:
                (.permissionDenied, "writing \(bus)/drivers/\(driver.name)/\(call) needs root or CAP_DAC_OVERRIDE")
            case .operationNotSupportedByDevice: absence(of: device, call, driver)
            case .resourceBusy: (.kernel, "\(device) has a driver already")
            case .notSupportedOnSocket, .notSupported:
                (.notSupported, "the driver \(driver.name) does not support \(device)")
            default: (.kernel, "\(call) of \(device) and \(driver.name) failed")
            }
        return HostError(
            code, "\(reason): \(errno)", call: call, errno: errno,
            missing: code == .notSupported ? [driver.name] : [])
    }

    /// ENODEV says that there is no such device, or that it is another driver's.
    private func absence(
        of device: DeviceName, _ call: String, _ driver: BusDriver
    ) -> (HostError.Code, String) {
        let path = "\(bus)/devices/\(device)"
        guard (try? Files.exists(path)) == true else { return (.notFound, "there is no device \(device)") }
        let override = try? Files.readText("\(path)/driver_override", limit: 4_096)
        if call == "bind", let override, !override.isEmpty, override != "(null)", override != driver.name {
            return (.notSupported, "driver_override of \(device) keeps it for \(override)")
        }
        return (.kernel, "\(device) is not \(call == "bind" ? "for" : "bound to") \(driver.name)")
    }
}
