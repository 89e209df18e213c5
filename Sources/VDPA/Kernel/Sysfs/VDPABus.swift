import LinuxIO
import SystemPackage
import Virtio

/// The vdpa bus as sysfs shows it: also what netlink cannot see, such as devices without a management device and nodes.
///
/// Source: drivers/vdpa/vdpa.c, drivers/vhost/vdpa.c. The node's own device is a child of the vdpa device and has no class.
struct VDPABus {
    /// Where sysfs is.
    let paths: HostPaths

    private var devicesPath: String { "\(paths.sys)/bus/vdpa/devices" }

    /// The names on the bus; empty when the vdpa module is not loaded.
    func names() throws(HostError) -> [String] {
        do throws(Errno) {
            return try Files.list(devicesPath)
        } catch .noSuchFileOrDirectory {
            return []
        } catch {
            throw HostError(.kernel, "\(devicesPath) cannot be listed: \(error)", call: "getdents64", errno: error)
        }
    }

    /// Adds to a device what sysfs says of it.
    ///
    /// - Returns: nil when the device is not on the bus (any more).
    func completed(_ device: HostDevice) throws(HostError) -> HostDevice? {
        let path = "\(devicesPath)/\(device.name)"
        var device = device
        do throws(Errno) {
            // First: a node that is seen belongs to the driver that is.
            device.driver = try driver(path)
            let children = try Files.list(path)
            // kernfs gives each directory a number of its own, for as long as the host runs.
            device.incarnation = try Files.status(path).inode
            for child in children {
                if let number = Self.number(child, after: "vhost-vdpa-") {
                    device.node = try node("\(path)/\(child)", number: number, of: device.name)
                } else if Self.number(child, after: "virtio") != nil {
                    device.hostStatus = try hexadecimal("\(path)/\(child)/status").map {
                        DeviceStatus(rawValue: UInt8(truncatingIfNeeded: $0))
                    }
                    if device.deviceClass == nil {
                        device.deviceClass = try hexadecimal("\(path)/\(child)/device").map { DeviceClass(id: $0) }
                    }
                }
            }
        } catch .noSuchFileOrDirectory {
            return nil
        } catch {
            throw HostError(.kernel, "\(path) cannot be read: \(error)", errno: error)
        }
        return device
    }

    private func driver(_ path: String) throws(Errno) -> BusDriver? {
        guard let target = try present({ () throws(Errno) in try Files.readLink("\(path)/driver") }) else { return nil }
        return BusDriver(name: Self.lastComponent(target))
    }

    private func node(_ path: String, number: UInt32, of device: DeviceName) throws(Errno) -> DeviceNode? {
        guard let text = try present({ () throws(Errno) in try Files.readText("\(path)/dev", limit: 64) }) else {
            return nil
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let major = UInt32(parts[0]), let minor = UInt32(parts[1]) else { return nil }
        return DeviceNode(device: device, number: number, major: major, minor: minor)
    }

    /// A number that sysfs writes as `0x…`.
    private func hexadecimal(_ path: String) throws(Errno) -> UInt32? {
        guard let text = try present({ () throws(Errno) in try Files.readText(path, limit: 64) }), text.hasPrefix("0x")
        else { return nil }
        return UInt32(text.dropFirst(2), radix: 16)
    }

    /// A part that may be missing: it comes and goes with the driver.
    private func present<Value>(_ read: () throws(Errno) -> Value) throws(Errno) -> Value? {
        do throws(Errno) {
            return try read()
        } catch .noSuchFileOrDirectory {
            return nil
        }
    }

    private static func number(_ name: String, after prefix: String) -> UInt32? {
        name.hasPrefix(prefix) ? UInt32(name.dropFirst(prefix.count)) : nil
    }

    private static func lastComponent(_ path: String) -> String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
