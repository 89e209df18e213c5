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
    private var memory: RingMemoryBox?
    private var layout: RingLayout?
    private var kicks: [SharedDescriptor] = []
    private var notifications: SharedDescriptor?
    // What was negotiated and set up; nothing before, and after a reset.
    private var state = BroughtUp()

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
                assertStop: assertStop, by: mechanism, sizes: state.rings.map(\.size),
                format: state.rings.isEmpty ? nil : RingFormat(negotiated: state.negotiated),
                addressSpaces: state.addressSpaces)
        case .rewind(let targets, let mechanism):
            return try descriptor.rewind(targets, of: state.rings, by: mechanism) { queue throws(HostError) in
                try usedIndex(queue: queue)
            }
        case .start(let positions):
            return try descriptor.start(proving: positions)
        case .reset:
            // What was negotiated and set up goes with it; the rings' memory stays mapped until the close.
            state.rings = []
            return try descriptor.performShared(procedure)
        default:
            return try descriptor.performShared(procedure)
        }
    }

    /// Negotiates, gives the device rings in this process's memory and starts it unless that was not wanted.
    func bringUp(_ options: BringUp) throws(HostError) -> BroughtUp {
        let result = try descriptor.bringUp(options, with: self)
        state = result
        return result
    }

    /// Where the device is done in a split ring. Source: virtio 1.3 §2.7.8.
    private func usedIndex(queue: UInt32) throws(HostError) -> UInt16 {
        guard let memory, let layout else { throw HostError(.notRunning, "no rings are set up") }
        return memory.memory.load(at: Int(layout.addresses(queue: queue).used - layout.base) + 2)
    }

    /// Writes the configuration as it was before a restore.
    func putBack(_ configuration: [UInt8]) throws(HostError) {
        try descriptor.putBack(configuration)
    }
}

extension OwnedSession: RingSupply {
    func prepare(_ rings: [RingStart], format: RingFormat, in spaces: Set<UInt32>) throws(HostError) {
        guard let range = try descriptor.iovaRange() ?? AddressRange(first: 0, last: .max),
            let layout = RingLayout(sizes: rings.map(\.size), format: format, range: range)
        else {
            throw HostError(
                .notSupported, "\(rings.count) rings do not fit in the addresses that can be mapped",
                call: "VHOST_VDPA_GET_IOVA_RANGE")
        }
        try mapRings(layout, beginning: rings, in: spaces)
        let call = try event()
        try call.withDescriptor { event throws(HostError) in try descriptor.setConfigurationCall(event) }
        notifications = call
        self.layout = layout
    }

    func attach(queue: UInt32) throws(HostError) {
        guard let layout, let notifications else { return }
        let kick = try event()
        try descriptor.setRingAddresses(layout.addresses(queue: queue), queue: queue)
        try kick.withDescriptor { event throws(HostError) in try descriptor.setKick(event, queue: queue) }
        try notifications.withDescriptor { event throws(HostError) in try descriptor.setCall(event, queue: queue) }
        kicks.append(kick)
    }

    /// Maps the same memory in every address space, since each queue looks in its group's.
    private func mapRings(
        _ layout: RingLayout, beginning rings: [RingStart], in spaces: Set<UInt32>
    ) throws(HostError) {
        do throws(Errno) {
            var rest = try RingMemory(byteCount: layout.byteCount)
            for (queue, ring) in rings.enumerated() {
                rest.lay(ring, at: layout.addresses(queue: UInt32(queue)), from: layout.base)
            }
            memory = RingMemoryBox(rest)
        } catch {
            throw HostError(.kernel, "there is no memory for the rings: \(error)", call: "mmap", errno: error)
        }
        guard let memory else { return }
        for space in spaces.sorted() { try descriptor.map(memory.memory, at: layout.base, in: space) }
    }

    private func event() throws(HostError) -> SharedDescriptor {
        do throws(Errno) {
            return SharedDescriptor(OwnedDescriptor(try kernelCall("eventfd") { clinux_eventfd() }))
        } catch {
            throw HostError(.kernel, "no eventfd can be made: \(error)", call: "eventfd", errno: error)
        }
    }
}
