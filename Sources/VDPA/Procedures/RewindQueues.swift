import Virtio

extension OwnedVhostVDPAFile where Self: ~Copyable {
    /// Asserts the stop again and sets back where the device continues in queues, all or none.
    ///
    /// What the device has fetched and not used may be fetched again. What it has used must not be, since the driver has it
    /// back; and what it has not fetched must not be passed over.
    ///
    /// - Parameters:
    ///   - targets: the queues and their new positions.
    ///   - rings: the rings that this owner set up.
    ///   - mechanism: how the device was stopped.
    ///   - used: where the device is done in a split ring, of which the ring's memory tells.
    /// - Returns: the report with the fields that were set, each read back.
    /// - Throws: `HostError`: of the stop; `incompatible` with its field for a position that is not safe, before anything
    ///   is set; `verificationFailed`.
    borrowing func rewind(
        _ targets: [QueuePosition], of rings: [RingStart], by mechanism: StopMechanism,
        used: (UInt32) throws(HostError) -> UInt16
    ) throws(HostError) -> DeviceReport {
        var report = try performShared(.suspend(allowIrreversible: true, dryRun: false, by: mechanism))
        var former: [QueuePosition] = []
        for target in targets {
            guard rings.indices.contains(Int(target.queue)) else {
                throw HostError(.incompatible, "there is no such queue", at: .queue(target.queue))
            }
            let ring = rings[Int(target.queue)]
            let present = RingPosition(vringBase: try ringBase(queue: target.queue), format: ring.position.format)
            // A packed position tells it itself.
            var done = present.used
            if done == nil { done = .split(availableIndex: try used(target.queue)) }
            try Self.requireSafe(target, between: done ?? present, and: present, size: UInt32(ring.size))
            former.append(QueuePosition(queue: target.queue, position: present))
        }
        do throws(HostError) {
            for target in targets { try setPosition(target) }
        } catch {
            for target in former {
                do throws(HostError) { try setPosition(target) } catch let second {
                    throw HostError(
                        .deviceFailed, "\(error.message); the former position could not be set: \(second.message)",
                        call: second.call, errno: second.errno, at: .position(ofQueue: target.queue))
                }
            }
            throw error
        }
        report.restored = targets.map { RestoredField(.position(ofQueue: $0.queue), .verified) }
        return report
    }

    private static func requireSafe(
        _ target: QueuePosition, between done: RingPosition, and present: RingPosition, size: UInt32
    ) throws(HostError) {
        guard target.position.used == present.used, let all = done.distance(to: present, size: size), all <= size,
            let kept = done.distance(to: target.position, size: size), kept <= all
        else {
            throw HostError(
                .incompatible,
                "the position is not between what the device has used (\(done.vringBase)) and what it has fetched "
                    + "(\(present.vringBase))",
                at: .position(ofQueue: target.queue))
        }
    }

    private borrowing func setPosition(_ target: QueuePosition) throws(HostError) {
        do throws(HostError) {
            try setRingBase(target.position.vringBase, queue: target.queue)
            let found = try ringBase(queue: target.queue)
            guard found == target.position.vringBase else {
                throw HostError(
                    .verificationFailed, "\(target.position.vringBase) was written and \(found) was read back",
                    call: "VHOST_GET_VRING_BASE")
            }
        } catch {
            throw error.of(.position(ofQueue: target.queue))
        }
    }
}
