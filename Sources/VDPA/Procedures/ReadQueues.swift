import Virtio

extension OwnedVhostVDPAFile where Self: ~Copyable {
    /// Asserts the stop again if `assertStop`, then reads all that the owner can.
    ///
    /// Positions are read only where they can stand still: the kernel answers for a running device too, with what is stale
    /// at once. All are read twice, so that one which moves on is found out.
    ///
    /// - Parameters:
    ///   - assertStop: issue the stop although the device is believed to be stopped.
    ///   - mechanism: how it was stopped.
    ///   - sizes: the size that this owner set for each ring; empty if it set none.
    ///   - format: the ring format in force, from the features that this owner acknowledged.
    ///   - addressSpaces: the address space that the owner gave each group.
    /// - Returns: the report with its queues; without them on a kernel that cannot tell how many there are.
    /// - Throws: `HostError` of the stop, or when a call other than a position's fails.
    borrowing func exportOwned(
        assertStop: Bool, by mechanism: StopMechanism, sizes: [UInt16], format: RingFormat?,
        addressSpaces: [UInt32: UInt32]
    ) throws(HostError) -> DeviceReport {
        var report = try performShared(.export(assertStop: assertStop, by: mechanism))
        guard let count = report.latest.queueCount else { return report }
        report.queues = try readQueues(count: count, addressSpaces: addressSpaces)
        for index in report.queues.indices {
            if sizes.indices.contains(index) { report.queues[index].size = UInt32(sizes[index]) }
            report.queues[index].format = format
        }
        guard let format, report.call != nil || report.latest.mayTellPositions else { return report }
        for index in report.queues.indices { readPosition(of: &report.queues[index], format: format) }
        for index in report.queues.indices { provePosition(of: &report.queues[index], format: format) }
        return report
    }

    /// Reads what does not change while queues work.
    private borrowing func readQueues(
        count: UInt32, addressSpaces: [UInt32: UInt32]
    ) throws(HostError) -> [QueueState] {
        var queues: [QueueState] = []
        queues.reserveCapacity(Int(count))
        for index in 0..<count {
            var queue = QueueState(index: index)
            queue.size = try ringSize(queue: index)
            queue.group = try group(queue: index)
            queue.descriptorGroup = try descriptorGroup(queue: index)
            queue.addressSpace = addressSpaces[queue.group ?? 0]
            queues.append(queue)
        }
        return queues
    }

    /// Reads where a queue continues.
    ///
    /// What the driver below cannot tell is recorded with its error, so that the export can say what is missing instead of
    /// being refused as a whole.
    private borrowing func readPosition(of queue: inout QueueState, format: RingFormat) {
        do {
            queue.position = RingPosition(vringBase: try ringBase(queue: queue.index), format: format)
        } catch {
            queue.position = nil
            queue.positionFailure = error
        }
    }

    /// Reads where a queue continues once more: what has moved on meanwhile is no position.
    private borrowing func provePosition(of queue: inout QueueState, format: RingFormat) {
        guard let first = queue.position else { return }
        readPosition(of: &queue, format: format)
        guard let second = queue.position, second != first else { return }
        queue.position = nil
        queue.positionFailure = HostError(
            .verificationFailed,
            "it moved on from \(first.vringBase) to \(second.vringBase) between two readings",
            call: "VHOST_GET_VRING_BASE")
    }
}

extension DeviceObservation {
    /// Whether a position is worth reading although the device was not stopped: before DRIVER_OK a device takes nothing from
    /// its queues, and of one that cannot be suspended nobody could ever tell more.
    var mayTellPositions: Bool {
        guard status.contains(.driverOK) else { return true }
        return !backendFeatures.contains(.suspend) && !features.contains(.suspend)
    }
}
