import LinuxIO
import Netlink
import SystemPackage
import Virtio

extension HostError {
    /// A vdpa netlink command that the kernel refused.
    init(_ error: NetlinkError, call: String, device: DeviceName?) {
        let subject = device.map { "device \($0)" } ?? "the request"
        let (code, reason): (Code, String) =
            switch (error.code, error.errno) {
            case (.malformed, _): (.malformed, "the kernel's answer cannot be understood")
            case (.library, _), (.unknownFamily, _): (.netlinkUnavailable, "generic netlink does not work")
            case (.kernel, .operationNotSupportedByDevice): (.notFound, "the kernel knows no \(subject)")
            case (.kernel, .notPermitted), (.kernel, .permissionDenied):
                (.permissionDenied, "\(call) needs CAP_NET_ADMIN in the initial user namespace")
            case (.kernel, .notSupportedOnSocket), (.kernel, .notSupported):
                (.notSupported, "the kernel does not support \(call) for \(subject)")
            // The only cause that is left for a device that exists: no management device created it.
            case (.kernel, .invalidArgument) where device != nil:
                (.notSupported, "the kernel answers \(call) only for devices that a management device created")
            default: (.kernel, "the kernel refused \(call) for \(subject)")
            }
        self.init(
            code, "\(reason): \(error.message)", call: call, errno: error.errno, kernelMessage: error.kernelMessage,
            missing: code == .notSupported ? [call] : [])
    }

    /// `VDPA_CMD_DEV_VSTATS_GET` of one queue that the kernel refused.
    static func counting(queue: UInt32, of device: DeviceName, _ error: NetlinkError) -> HostError {
        let call = "VDPA_CMD_DEV_VSTATS_GET"
        let (code, reason): (Code, String)
        switch error.errno {
        case .resourceTemporarilyUnavailable:
            (code, reason) = (.notRunning, "\(device) has no counters before its features are negotiated")
        // By the same number the kernel says that no management device created the device: by its text alone.
        case .invalidArgument where error.kernelMessage?.contains("unmanaged") != true, .outOfRange:
            (code, reason) = (.invalidArgument, "\(device) has no counters for queue \(queue)")
        default: return HostError(error, call: call, device: device)
        }
        return HostError(
            code, "\(reason): \(error.message)", call: call, errno: error.errno, kernelMessage: error.kernelMessage)
    }

    /// The family itself cannot be reached.
    static func unavailable(_ error: NetlinkError, paths: HostPaths) -> HostError {
        guard error.code == .unknownFamily else {
            return HostError(error, call: "CTRL_CMD_GETFAMILY", device: nil)
        }
        let hasBus = (try? Files.exists("\(paths.sys)/bus/vdpa")) ?? false
        let reason =
            hasBus
            ? "the vdpa module is loaded, so this process is in another network namespace than the initial one, "
                + "which alone has the netlink family \"vdpa\""
            : "the vdpa module is not loaded: the kernel has no netlink family \"vdpa\" and no /sys/bus/vdpa"
        return HostError(
            .netlinkUnavailable, reason, call: "CTRL_CMD_GETFAMILY", errno: error.errno,
            kernelMessage: error.kernelMessage)
    }
}
