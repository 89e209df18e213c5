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
            throw HostError.binding(
                "bind", device, driver, error, bus: bus, absence: absence(of: device, "bind", driver))
        }
    }

    /// Takes a device from its driver. Sleeps until the last descriptor of its node is closed.
    func unbind(_ device: DeviceName, from driver: BusDriver) throws(HostError) {
        do throws(Errno) {
            try Files.write(device.string, to: "\(bus)/drivers/\(driver.name)/unbind")
        } catch {
            throw HostError.binding(
                "unbind", device, driver, error, bus: bus, absence: absence(of: device, "unbind", driver))
        }
    }

    /// Refuses a device that has a driver: with its node open, the kernel's deletion would wait for the last close and lock
    /// generic netlink for the whole host.
    func requireUnbound(_ device: DeviceName) throws(HostError) {
        let driver: String
        do throws(Errno) {
            driver = try Files.readLink("\(bus)/devices/\(device)/driver")
        } catch .noSuchFileOrDirectory {
            return
        } catch {
            throw HostError(.kernel, "the driver of \(device) cannot be read: \(error)", call: "readlink", errno: error)
        }
        throw .bound(device, to: BusDriver(name: String(driver.split(separator: "/").last ?? "")))
    }

    /// Whether the kernel binds new devices by itself.
    func autoprobe() throws(HostError) -> Bool {
        do throws(Errno) {
            return try Files.readText("\(bus)/drivers_autoprobe", limit: 16) == "1"
        } catch {
            throw HostError.autoprobe("read", error, bus: bus)
        }
    }

    /// Decides whether the kernel binds new devices by itself.
    func setAutoprobe(_ on: Bool) throws(HostError) {
        do throws(Errno) {
            try Files.write(on ? "1" : "0", to: "\(bus)/drivers_autoprobe")
        } catch {
            throw HostError.autoprobe("written", error, bus: bus)
        }
    }

    /// ENODEV says that there is no such device, or that it is another driver's.
    private func absence(
        of device: DeviceName, _ call: String, _ driver: BusDriver
    ) -> (HostError.Code, String) {
        let path = "\(bus)/devices/\(device)"
        guard (try? Files.exists(path)) == true else { return HostError.noDevice(device) }
        let override = try? Files.readText("\(path)/driver_override", limit: 4_096)
        if call == "bind", let override, !override.isEmpty, override != "(null)", override != driver.name {
            return (.notSupported, "driver_override of \(device) keeps it for \(override)")
        }
        return HostError.otherDriver(device, call, driver)
    }
}
