import SystemPackage

extension HostError {
    /// A call on an open vhost-vdpa descriptor that the kernel refused.
    init(_ errno: Errno, call: String, node: DeviceNode) {
        let device = node.device
        // Neither takes an argument, and whether the device has them was asked before: what they answer is its own.
        let isStopOrStart = call == "VHOST_VDPA_SUSPEND" || call == "VHOST_VDPA_RESUME"
        let (code, reason): (Code, String) =
            switch errno {
            case _ where isStopOrStart && !Self.speaksOfTheDevice(errno): (.kernel, "\(call) failed on \(device)")
            case .notPermitted: (.notOwner, "\(call) is for the process that owns \(device)")
            case .resourceBusy where call == "VHOST_SET_OWNER": (.busy, "\(device) has an owner already")
            case .resourceBusy: (.invalidArgument, "\(call) comes too late: the features of \(device) are agreed")
            case .invalidArgument: (.invalidArgument, "\(device) does not take the argument of \(call)")
            case .noBufferSpace: (.invalidArgument, "\(device) has no queue of the index given to \(call)")
            case .notSupportedOnSocket, .notSupported, .inappropriateIOCTLForDevice:
                (.notSupported, "the driver of \(device) does not implement \(call)")
            case .ioError, .timedOut: (.deviceFailed, "\(device) did not answer \(call)")
            case .badAddress where call.hasPrefix("IOTLB"):
                (
                    .kernel,
                    "memory cannot be mapped for \(device): the range is taken or out of reach, or RLIMIT_MEMLOCK is too low"
                )
            default: (.kernel, "\(call) failed on \(device)")
            }
        let missing = code == .notSupported ? [call] : []
        self.init(code, "\(reason): \(errno)", call: call, errno: errno, missing: missing)
    }

    /// Whether the errno of a stop or a start tells something else than that it was refused.
    private static func speaksOfTheDevice(_ errno: Errno) -> Bool {
        [.notSupportedOnSocket, .notSupported, .inappropriateIOCTLForDevice, .ioError, .timedOut].contains(errno)
    }

    /// A node that could not be opened.
    static func opening(_ node: DeviceNode, _ errno: Errno) -> HostError {
        let (code, reason): (Code, String) =
            switch errno {
            case .resourceBusy: (.busy, "another process has \(node.path) open")
            case .noSuchFileOrDirectory, .noSuchAddressOrDevice, .operationNotSupportedByDevice:
                (.gone, "\(node.path) of \(node.device) is gone")
            case .ioError: (.deviceFailed, "\(node.device) did not answer the reset that opening it makes")
            case .permissionDenied, .notPermitted:
                (.permissionDenied, "opening \(node.path) needs its owner's rights or CAP_DAC_OVERRIDE")
            default: (.kernel, "\(node.path) cannot be opened")
            }
        return HostError(code, "\(reason): \(errno)", call: "open", errno: errno)
    }
}
