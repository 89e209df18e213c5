import Virtio

extension OwnedVhostVDPAFile where Self: ~Copyable {
    /// Negotiates, gives the device its rings and starts it unless that was not wanted.
    ///
    /// The order is that of QEMU's vhost-vdpa, except that rings are enabled before DRIVER_OK, which every kernel takes.
    /// When a step fails, the configuration is put back; the rest is undone by the close that must follow.
    ///
    /// - Parameters:
    ///   - options: what is wanted.
    ///   - supply: memory and notifications for the rings.
    /// - Returns: what came of it; of a trial also what the device refused.
    /// - Throws: `HostError`, with its `field` when a state was being restored.
    borrowing func bringUp(_ options: BringUp, with supply: some RingSupply) throws(HostError) -> BroughtUp {
        var result = BroughtUp()
        do throws(HostError) {
            try bringUp(options, with: supply, &result)
            result.after = try restoring(.status, options) { () throws(HostError) in try observe() }
            return result
        } catch {
            guard let former = result.formerConfiguration else { throw error }
            throw withdrawn(error, former)
        }
    }

    private borrowing func bringUp(
        _ options: BringUp, with supply: some RingSupply, _ result: inout BroughtUp
    ) throws(HostError) {
        if let state = options.restoring {
            guard try fits(state, &result) else { return }
        }
        try restoring(.status, options) { () throws(HostError) in try addStatus([.acknowledge, .driver]) }
        let backendFeatures = try restoring(.backendFeatures, options) { () throws(HostError) in
            try acknowledgeBackendFeatures()
        }
        try negotiate(options, &result)
        guard !result.isRefused(.negotiatedFeatures) else { return }
        if let state = options.restoring { try restoreConfiguration(state, &result) }
        let starts = try restoring(.queueCount, options) { () throws(HostError) in try ringStarts(options, result) }
        let spaces = try restoring(.addressSpaces, options) { () throws(HostError) in
            try assignAddressSpaces(backendFeatures: backendFeatures, queueCount: UInt32(starts.count), &result)
        }
        try restoring(.iovaRange, options) { () throws(HostError) in
            try supply.prepare(starts, format: RingFormat(negotiated: result.negotiated), in: spaces)
        }
        for (index, start) in starts.enumerated() {
            try setUpRing(UInt32(index), start, options.restoring, with: supply, &result)
        }
        result.rings = starts
        if options.isStarted {
            try restoring(.status, options) { () throws(HostError) in try addStatus(.driverOK) }
        }
    }

    /// Compares a state with what can be known of the device before it is given anything.
    ///
    /// - Returns: false when a trial has found that nothing else can be tried.
    private borrowing func fits(_ state: RestoredState, _ result: inout BroughtUp) throws(HostError) -> Bool {
        let target = RestoreTarget(try observe())
        guard state.isTrial else {
            try state.requireFit(target)
            return true
        }
        for misfit in state.misfits(target) {
            guard let field = misfit.field else { continue }
            result.restored.append(RestoredField(field, .refused, reason: misfit.message))
        }
        return ![.deviceClass, .negotiatedFeatures, .queueCount].contains(where: result.isRefused)
    }

    /// Writes status bits and proves that the device took them: the call itself succeeds in any case.
    private borrowing func addStatus(_ bits: DeviceStatus) throws(HostError) {
        let wanted = try status().union(bits)
        try setStatus(wanted)
        let found = try status()
        guard found == wanted else {
            throw HostError(
                .verificationFailed,
                "status \(wanted.hexadecimal) was written and \(found.hexadecimal) was read back",
                call: "VHOST_VDPA_SET_STATUS", observation: try? observe())
        }
    }

    /// Accepts what this side uses: IOTLB messages with address spaces, and what stopping needs. Mappings that outlive a
    /// reset and address spaces for descriptors are not used.
    private borrowing func acknowledgeBackendFeatures() throws(HostError) -> BackendFeatures {
        let used: BackendFeatures = [
            .iotlbMessageV2, .iotlbBatch, .iotlbAddressSpaces, .suspend, .resume, .enableAfterDriverOK,
        ]
        let acknowledged = try backendFeatures().intersection(used)
        try setBackendFeatures(acknowledged)
        return acknowledged
    }

    private borrowing func negotiate(_ options: BringUp, _ result: inout BroughtUp) throws(HostError) {
        guard let state = options.restoring else {
            result.negotiated = try options.negotiated(offered: try features(), deviceClass: try deviceClass())
            try setFeatures(result.negotiated)
            return try addStatus(.featuresOK)
        }
        result.negotiated = state.features
        try result.note(.negotiatedFeatures, isTrial: state.isTrial) { () throws(HostError) in
            try setFeatures(state.features)
            try addStatus(.featuresOK)
            return .accepted
        }
    }

    /// Size and position of every ring that the device has.
    private borrowing func ringStarts(
        _ options: BringUp, _ result: BroughtUp
    ) throws(HostError) -> [RingStart] {
        if let state = options.restoring { return Array(state.queues(of: RestoreTarget(try observe()))) }
        guard let count = try queueCount() else {
            throw HostError(
                .notSupported, "the kernel cannot tell how many queues the device has (Linux 5.18)",
                missing: ["VHOST_VDPA_GET_VQS_COUNT"])
        }
        let start = RingStart(
            size: try options.ringSize(maximum: try maximumQueueSize()),
            position: .initial(RingFormat(negotiated: result.negotiated)))
        return Array(repeating: start, count: Int(count))
    }

    /// Gives each group an address space of its own, as far as there are any; the spaces that must be mapped.
    private borrowing func assignAddressSpaces(
        backendFeatures: BackendFeatures, queueCount: UInt32, _ result: inout BroughtUp
    ) throws(HostError) -> Set<UInt32> {
        let groups = try groupCount() ?? 1
        let spaces = try addressSpaceCount() ?? 1
        for group in 0..<groups { result.addressSpaces[group] = 0 }
        guard backendFeatures.contains(.iotlbAddressSpaces), spaces > 1 else { return [0] }
        for group in 0..<min(groups, queueCount) {
            let space = group % spaces
            guard try setAddressSpace(space, group: group) else { break }
            result.addressSpaces[group] = space
        }
        return Set(result.addressSpaces.values)
    }

    private borrowing func setUpRing(
        _ queue: UInt32, _ start: RingStart, _ state: RestoredState?, with supply: some RingSupply,
        _ result: inout BroughtUp
    ) throws(HostError) {
        guard let state else {
            try setRingSize(start.size, queue: queue)
            try setRingBase(start.position.vringBase, queue: queue)
            try supply.attach(queue: queue)
            return try enableRing(queue: queue)
        }
        var found: UInt32?
        try result.note(.position(ofQueue: queue), isTrial: state.isTrial) { () throws(HostError) in
            found = try restorePosition(start.position, queue: queue)
            return found == start.position.vringBase ? .verified : .accepted
        }
        if let found, found != start.position.vringBase {
            result.doubtLast("the device says \(found) as long as DRIVER_OK is not set")
        }
        guard !result.isRefused(.size(ofQueue: queue)) else { return }
        // A ring of a size that was refused must not be given to the device, and size and enabling belong together.
        try result.note(.size(ofQueue: queue), isTrial: state.isTrial) { () throws(HostError) in
            try setRingSize(start.size, queue: queue)
            try supply.attach(queue: queue)
            try enableRing(queue: queue)
            return try verifySize(start.size, queue: queue)
        }
    }

    /// Sets where the device begins in a queue and reads it back while the queue is not enabled: some drivers refuse it
    /// afterwards.
    ///
    /// - Returns: what the device says then, nil where it cannot. Another position is no refusal yet: the process behind a
    ///   VDUSE device, which is the one that answers, learns of positions when DRIVER_OK is set.
    private borrowing func restorePosition(_ position: RingPosition, queue: UInt32) throws(HostError) -> UInt32? {
        try setRingBase(position.vringBase, queue: queue)
        do throws(HostError) {
            return try ringBase(queue: queue)
        } catch let error where error.code == .notSupported {
            return nil
        }
    }

    /// Compares what the device says of a ring's size. It may be the largest one instead, and is nothing on many devices.
    private borrowing func verifySize(_ size: UInt16, queue: UInt32) throws(HostError) -> RestoredField.Outcome {
        guard let found = try ringSize(queue: queue) else { return .accepted }
        guard found >= UInt32(size) else {
            throw HostError(
                .verificationFailed, "\(size) was written and \(found) was read back",
                call: "VHOST_VDPA_GET_VRING_SIZE")
        }
        return found == UInt32(size) ? .verified : .accepted
    }
}
