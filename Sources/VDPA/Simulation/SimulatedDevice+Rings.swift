import SystemPackage
import Virtio

extension SimulatedDevice {
    /// `VHOST_SET_VRING_NUM`: a power of two up to the maximum, allowed even after DRIVER_OK.
    mutating func setRingSize(queue: UInt32, size: UInt32, by caller: SimulatedCaller) throws(Errno) {
        try requireOwner(caller)
        let index = try requireQueue(queue)
        guard size > 0, size <= UInt32(SimulatedClass.maximumQueueSize), size & (size - 1) == 0 else {
            throw .invalidArgument
        }
        queues[index].size = UInt16(size)
    }

    /// `VHOST_SET_VRING_BASE`: 16 bits, and after DRIVER_OK only while vhost believes the device suspended.
    mutating func setRingBase(queue: UInt32, base: UInt32, by caller: SimulatedCaller) throws(Errno) {
        try requireOwner(caller)
        let index = try requireQueue(queue)
        guard !status.contains(.driverOK) || isSuspendedForVhost else { throw .invalidArgument }
        guard let base = UInt16(exactly: base) else { throw .invalidArgument }
        queues[index].base = base
    }

    /// `VHOST_GET_VRING_BASE`: answers in every state; of a running device the value is stale at once.
    func ringBase(queue: UInt32, by caller: SimulatedCaller) throws(Errno) -> UInt32 {
        try requireOwner(caller)
        return UInt32(queues[try requireQueue(queue)].base)
    }

    /// `VHOST_VDPA_GET_VRING_SIZE`: the simulators have no such operation (with their default `batch_mapping=1`).
    func ringSize(queue: UInt32, by caller: SimulatedCaller) throws(Errno) -> UInt32 {
        try requireOwner(caller)
        _ = try requireQueue(queue)
        throw .notSupported
    }

    /// `VHOST_VDPA_SET_VRING_ENABLE`: always succeeds for a queue that exists.
    mutating func setRingEnabled(queue: UInt32, _ isEnabled: Bool, by caller: SimulatedCaller) throws(Errno) {
        try requireOwner(caller)
        let index = try requireQueue(queue)
        // As vringh begins: everything before the base is done.
        if isEnabled, !queues[index].isEnabled { queues[index].used = queues[index].base }
        queues[index].isEnabled = isEnabled
    }

    /// `VHOST_VDPA_GET_VRING_GROUP`.
    func group(ofQueue queue: UInt32, by caller: SimulatedCaller) throws(Errno) -> UInt32 {
        try requireOwner(caller)
        return deviceClass.group(ofQueue: try requireQueue(queue))
    }

    /// `VHOST_VDPA_GET_VRING_DESC_GROUP`: no simulator has groups of descriptors.
    func descriptorGroup(ofQueue queue: UInt32, by caller: SimulatedCaller) throws(Errno) -> UInt32 {
        try requireOwner(caller)
        _ = try requireQueue(queue)
        throw .notSupported
    }

    /// `VHOST_VDPA_SET_GROUP_ASID`: the group is compared with the queue count first, as vhost does.
    mutating func setAddressSpace(
        _ addressSpace: UInt32, ofGroup group: UInt32, by caller: SimulatedCaller
    ) throws(Errno) {
        try requireOwner(caller)
        _ = try requireQueue(group)
        guard group < UInt32(addressSpaces.count), addressSpace < UInt32(deviceClass.groupCount) else {
            throw .invalidArgument
        }
        addressSpaces[Int(group)] = addressSpace
    }
}
