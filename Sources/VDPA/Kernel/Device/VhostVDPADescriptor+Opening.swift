import CLinux
import LinuxIO
import SystemPackage
import Virtio

extension VhostVDPADescriptor {
    /// Opens the node, which resets the device. Needs the node's permissions (0600 root) or CAP_DAC_OVERRIDE.
    ///
    /// - Throws: `HostError`: `busy` when somebody has it open, `gone`, `identityMismatch`, `permissionDenied`,
    ///   `deviceFailed` when the device does not answer the reset.
    static func open(_ node: DeviceNode, paths: HostPaths) throws(HostError) -> VhostVDPADescriptor {
        // Before as well: opening another device that has the number now would reset that one.
        try node.verifyName(paths: paths)
        // The node comes before its driver has finished, and a node that is opened and closed meanwhile crashes the kernel.
        // This attribute is read under the device's lock, which the driver's set-up holds (drivers/vdpa/vdpa.c).
        _ = try? Files.readText("\(paths.sys)/bus/vdpa/devices/\(node.device)/driver_override", limit: 4_096)
        let file: SharedDescriptor
        do throws(Errno) {
            file = SharedDescriptor(try Files.openReadWrite("\(paths.dev)/vhost-vdpa-\(node.number)"))
        } catch {
            throw HostError.opening(node, error)
        }
        return try verified(node, file, holder: nil, paths: paths)
    }

    /// Takes a descriptor that a caller passed.
    ///
    /// - Throws: `HostError` `identityMismatch` when it is another device's, `gone`.
    static func passed(
        _ file: SharedDescriptor, as node: DeviceNode, paths: HostPaths
    ) throws(HostError) -> VhostVDPADescriptor {
        try verified(node, file, holder: nil, paths: paths)
    }

    /// Duplicates a holder's descriptor. Needs ptrace access to the process: CAP_SYS_PTRACE, or the same user.
    ///
    /// - Throws: `HostError`: `holderGone` when the process or its descriptor is not there any more,
    ///   `permissionDenied` that says what refused, `identityMismatch` when the descriptor is another file now.
    static func duplicated(
        from holder: HolderReference, as node: DeviceNode, paths: HostPaths
    ) throws(HostError) -> VhostVDPADescriptor {
        let pidfd = try openProcess(holder, paths: paths)
        let file: SharedDescriptor
        do throws(Errno) {
            file = SharedDescriptor(
                OwnedDescriptor(
                    try kernelCall("pidfd_getfd") { clinux_pidfd_getfd(pidfd.rawValue, holder.descriptor) }))
        } catch {
            throw HostError.duplicating(holder, error, paths: paths)
        }
        return try verified(node, file, holder: pidfd, paths: paths)
    }

    /// A pidfd of the very process: once it is open, a start time that fits proves that the pid was not reused.
    private static func openProcess(
        _ holder: HolderReference, paths: HostPaths
    ) throws(HostError) -> OwnedDescriptor {
        let pidfd: OwnedDescriptor
        do throws(Errno) {
            pidfd = OwnedDescriptor(try kernelCall("pidfd_open") { clinux_pidfd_open(holder.pid) })
        } catch {
            throw HostError(
                .holderGone, "process \(holder.pid) is gone: \(error)", call: "pidfd_open", errno: error)
        }
        let found = try? ProcessStat(pid: holder.pid, paths: paths)
        guard found?.startTime == holder.startTime, clinux_poll_readable(pidfd.rawValue, 0) == 0 else {
            throw HostError(.holderGone, "process \(holder.pid) that held the device has exited")
        }
        return pidfd
    }

    private static func verified(
        _ node: DeviceNode, _ file: SharedDescriptor, holder: consuming OwnedDescriptor?, paths: HostPaths
    ) throws(HostError) -> VhostVDPADescriptor {
        let status: FileStatus
        do throws(Errno) {
            status = try file.withDescriptor { descriptor throws(Errno) in try descriptor.status() }
        } catch {
            throw HostError(.kernel, "the descriptor of \(node.device) cannot be looked at: \(error)", errno: error)
        }
        try node.verify(status, paths: paths)
        return VhostVDPADescriptor(node: node, file: file, holder: holder)
    }
}
