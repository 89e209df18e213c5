import CLinux
import LinuxIO
import SystemPackage
import Virtio

/// A device that this process has open and owns, and the memory that it was given.
///
/// For one thread, the device's own. The last reference closes the node, which resets the device and unmaps the rings.
final class OwnedSession {
    // Closed first: the memory below must not go while the device may use it.
    private let descriptor: VhostVDPADescriptor
    private var memory: [RingMemoryBox] = []
    private var kicks: [SharedDescriptor] = []
    private var notifications: SharedDescriptor?
    private var negotiated: Features = []
    // Nil while no rings are set up.
    private var queueSize: UInt16?
    private var addressSpaces: [UInt32: UInt32] = [:]

    /// Copyable holder of memory that is not.
    private final class RingMemoryBox {
        let memory: RingMemory

        init(_ memory: consuming RingMemory) {
            self.memory = memory
        }
    }

    /// Opens the node and becomes its owner.
    init(opening node: DeviceNode, paths: HostPaths) throws(HostError) {
        descriptor = try VhostVDPADescriptor.open(node, paths: paths)
        try descriptor.setOwner()
    }

    /// The node that is open.
    var node: DeviceNode { descriptor.node }

    /// Runs a procedure on the open device.
    func perform(_ procedure: DeviceProcedure) throws(HostError) -> DeviceReport {
        switch procedure {
        case .export(let assertStop, let mechanism):
            return try descriptor.exportOwned(
                assertStop: assertStop, by: mechanism, size: queueSize.map(UInt32.init),
                format: queueSize == nil ? nil : RingFormat(negotiated: negotiated), addressSpaces: addressSpaces)
        case .reset:
            // What was negotiated and set up goes with it; the rings' memory stays mapped until the close.
            queueSize = nil
            return try descriptor.performShared(procedure)
        default:
            return try descriptor.performShared(procedure)
        }
    }

    /// Negotiates, gives the device rings in this process's memory and starts it.
    ///
    /// The order is that of QEMU's vhost-vdpa, except that rings are enabled before DRIVER_OK, which every kernel takes.
    func bringUp(_ bringUp: BringUp) throws(HostError) {
        try addStatus([.acknowledge, .driver])
        let backendFeatures = try acknowledgeBackendFeatures()
        negotiated = try bringUp.negotiated(
            offered: try descriptor.features(), deviceClass: try descriptor.deviceClass())
        try descriptor.setFeatures(negotiated)
        try addStatus(.featuresOK)
        let queueCount = try countQueues()
        let spaces = try assignAddressSpaces(backendFeatures: backendFeatures, queueCount: queueCount)
        try setUpRings(bringUp, queueCount: queueCount, spaces: spaces)
        try addStatus(.driverOK)
    }

    /// Writes status bits and proves that the device took them: the call itself succeeds in any case.
    private func addStatus(_ bits: DeviceStatus) throws(HostError) {
        let wanted = try descriptor.status().union(bits)
        try descriptor.setStatus(wanted)
        let found = try descriptor.status()
        guard found == wanted else {
            throw HostError(
                .verificationFailed,
                "status \(wanted.hexadecimal) was written and \(found.hexadecimal) was read back",
                call: "VHOST_VDPA_SET_STATUS", observation: try? descriptor.observe())
        }
    }

    /// Accepts what this side uses: IOTLB messages with address spaces, and what stopping needs. Mappings that outlive a
    /// reset and address spaces for descriptors are not used.
    private func acknowledgeBackendFeatures() throws(HostError) -> BackendFeatures {
        let used: BackendFeatures = [
            .iotlbMessageV2, .iotlbBatch, .iotlbAddressSpaces, .suspend, .resume, .enableAfterDriverOK,
        ]
        let acknowledged = try descriptor.backendFeatures().intersection(used)
        try descriptor.setBackendFeatures(acknowledged)
        return acknowledged
    }

    private func countQueues() throws(HostError) -> UInt32 {
        guard let count = try descriptor.queueCount() else {
            throw HostError(
                .notSupported, "the kernel cannot tell how many queues the device has (Linux 5.18)",
                missing: ["VHOST_VDPA_GET_VQS_COUNT"])
        }
        return count
    }

    /// Gives each group an address space of its own, as far as there are any; the spaces that must be mapped.
    private func assignAddressSpaces(
        backendFeatures: BackendFeatures, queueCount: UInt32
    ) throws(HostError) -> Set<UInt32> {
        let groups = try descriptor.groupCount() ?? 1
        let spaces = try descriptor.addressSpaceCount() ?? 1
        for group in 0..<groups { addressSpaces[group] = 0 }
        guard backendFeatures.contains(.iotlbAddressSpaces), spaces > 1 else { return [0] }
        for group in 0..<min(groups, queueCount) {
            let space = group % spaces
            guard try descriptor.setAddressSpace(space, group: group) else { break }
            addressSpaces[group] = space
        }
        return Set(addressSpaces.values)
    }

    private func setUpRings(_ bringUp: BringUp, queueCount: UInt32, spaces: Set<UInt32>) throws(HostError) {
        let format = RingFormat(negotiated: negotiated)
        let size = try bringUp.ringSize(maximum: try descriptor.maximumQueueSize())
        guard let range = try descriptor.iovaRange() ?? AddressRange(first: 0, last: .max),
            let layout = RingLayout(queueCount: queueCount, queueSize: size, format: format, range: range)
        else {
            throw HostError(
                .notSupported, "\(queueCount) rings of size \(size) do not fit in the addresses that can be mapped",
                call: "VHOST_VDPA_GET_IOVA_RANGE")
        }
        try mapRings(layout, in: spaces)
        let call = try event()
        try call.withDescriptor { event throws(HostError) in try descriptor.setConfigurationCall(event) }
        for queue in 0..<queueCount {
            let kick = try event()
            try descriptor.setRingSize(size, queue: queue)
            try descriptor.setRingBase(RingPosition.initial(format).vringBase, queue: queue)
            try descriptor.setRingAddresses(layout.addresses(queue: queue), queue: queue)
            try kick.withDescriptor { event throws(HostError) in try descriptor.setKick(event, queue: queue) }
            try call.withDescriptor { event throws(HostError) in try descriptor.setCall(event, queue: queue) }
            try descriptor.enableRing(queue: queue)
            kicks.append(kick)
        }
        notifications = call
        queueSize = size
    }

    /// Maps the same memory in every address space, since each queue looks in its group's.
    private func mapRings(_ layout: RingLayout, in spaces: Set<UInt32>) throws(HostError) {
        do throws(Errno) {
            memory.append(RingMemoryBox(try RingMemory(byteCount: layout.byteCount)))
        } catch {
            throw HostError(.kernel, "there is no memory for the rings: \(error)", call: "mmap", errno: error)
        }
        for box in memory {
            for space in spaces.sorted() { try descriptor.map(box.memory, at: layout.base, in: space) }
        }
    }

    private func event() throws(HostError) -> SharedDescriptor {
        do throws(Errno) {
            return SharedDescriptor(OwnedDescriptor(try kernelCall("eventfd") { clinux_eventfd() }))
        } catch {
            throw HostError(.kernel, "no eventfd can be made: \(error)", call: "eventfd", errno: error)
        }
    }
}
