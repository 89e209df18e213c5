import LinuxIO
import SystemPackage
import Virtio

extension DeviceNode {
    /// Proves that a descriptor is this node of this device. Numbers are reused, so neither alone tells.
    ///
    /// - Throws: `HostError` `identityMismatch`, or `gone` when the node was removed.
    func verify(_ status: FileStatus, paths: HostPaths) throws(HostError) {
        guard status.kind == .characterDevice else {
            throw HostError(.identityMismatch, "the descriptor for \(device) is no character device")
        }
        guard status.device == FileStatus.DeviceNumber(major: major, minor: minor) else {
            throw HostError(
                .identityMismatch,
                "the descriptor is device \(status.device.major):\(status.device.minor), and \(device) is \(major):\(minor)"
            )
        }
        try verifyName(paths: paths)
    }

    /// Proves that the device number still leads to this device. Source: the link of `/sys/dev/char` to
    /// `…/NAME/vhost-vdpa-N`.
    func verifyName(paths: HostPaths) throws(HostError) {
        let link = "\(paths.sys)/dev/char/\(major):\(minor)"
        let target: String
        do throws(Errno) {
            target = try Files.readLink(link)
        } catch {
            throw HostError(
                .gone, "the node \(path) of \(device) is gone: \(link) cannot be read: \(error)", call: "readlink",
                errno: error)
        }
        let components = target.split(separator: "/").suffix(2).map(String.init)
        guard components == [device.string, "vhost-vdpa-\(number)"] else {
            throw HostError(
                .identityMismatch,
                "device \(major):\(minor) is \(components.joined(separator: "/")) now, not \(device)/vhost-vdpa-\(number)"
            )
        }
    }
}
