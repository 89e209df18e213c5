import SystemPackage
import Virtio

extension SimulatedFile {
    /// `VHOST_SET_OWNER`: makes this file's opener the owner for good.
    func setOwner() throws(HostError) {
        try call(.setOwner) { device throws(Errno) in try device.setOwner() }
    }

    /// Negotiates, sets up every queue and sets DRIVER_OK, in the order that vhost-vdpa expects.
    ///
    /// - Throws: `HostError`: `invalidArgument` for a ring size and `notSupported` for features that the device does not
    ///   take, `verificationFailed` when the device did not keep a status bit.
    func bringUp(_ options: BringUp) throws(HostError) {
        try addStatus([.acknowledge, .driver])
        try setBackendFeatures(try backendFeatures())
        try setFeatures(try options.negotiated(offered: try features(), deviceClass: try deviceClass()))
        try addStatus(.featuresOK)
        for group in 0..<UInt32(try groupCount() ?? 0) {
            try call(.setGroupAddressSpace) { device throws(Errno) in
                try device.setAddressSpace(group, ofGroup: group, by: caller)
            }
        }
        let size = try options.ringSize(maximum: try maximumQueueSize())
        for queue in 0..<UInt32(try queueCount() ?? 0) {
            try call(.setVringNum) { device throws(Errno) in
                try device.setRingSize(queue: queue, size: UInt32(size), by: caller)
            }
            try call(.setVringBase) { device throws(Errno) in
                try device.setRingBase(queue: queue, base: 0, by: caller)
            }
            try call(.setVringEnable) { device throws(Errno) in
                try device.setRingEnabled(queue: queue, true, by: caller)
            }
        }
        try addStatus(.driverOK)
    }

    /// Adds status bits and proves that the device kept them.
    private func addStatus(_ bits: DeviceStatus) throws(HostError) {
        let wanted = try status().union(bits)
        try setStatus(wanted)
        let found = try status()
        guard found == wanted else {
            throw HostError(
                .verificationFailed,
                "status \(wanted.hexadecimal) was written and \(found.hexadecimal) was read back",
                call: SimulatedCall.setStatus.rawValue)
        }
    }
}
