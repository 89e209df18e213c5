import ControlAPI
import LinuxIO
import Logging
import VDPA
import Virtio

/// How long the device stays stopped.
extension Device {
    /// After how long an end that could not be carried out is tried again, in milliseconds.
    private nonisolated var retryMs: UInt64 { 1_000 }

    /// The lease that a suspend asks for; that of the stop before if it asks for none.
    func lease(_ terms: LeaseTerms, _ turn: Turn) throws(ControlError) -> LeaseRecord? {
        let known = record?.lease
        if let named = terms.operation {
            guard let known, known.operation == named else {
                throw invalid("operation: \(name.string) has no lease of the operation \"\(named)\"")
            }
            return terms.holdMs.map { .hold($0, named) } ?? known.renewed()
        }
        let operation = environment.operations.id(of: turn)
        switch (terms.kind, terms.holdMs) {
        case (.connection, nil):
            return LeaseRecord(kind: .connection, connection: turn.origin?.connection, operation: operation)
        case (.connection, .some): throw invalid("holdMs: a lease that ends with the connection has no time")
        case (.hold, nil): throw invalid("holdMs: a lease of kind hold needs a time")
        case (_, let milliseconds?): return .hold(milliseconds, operation)
        case (nil, nil): return known
        }
    }

    private func invalid(_ message: String) -> ControlError {
        var error = ControlError(.invalidParams, message, device: name)
        error.stateAfter = stateAfter
        return error
    }

    /// Lets the lease of this operation last its whole time from now on.
    func renewLease(of operation: String) {
        guard let lease = record?.lease, lease.operation == operation, lease.kind == .hold else { return }
        setLease(lease.renewed())
    }

    /// Sees to it that the lease ends, whichever the device has now.
    func watchLease() {
        for timer in [leaseTimer, leaseWarning].compactMap({ $0 }) { loop.cancel(timer) }
        leaseTimer = nil
        leaseWarning = nil
        environment.operations.noteLease(record?.lease?.operation, of: name)
        guard let lease = record?.lease else { return }
        if let remaining = lease.remainingNs {
            if remaining > 0, isExpired(lease) { expiredLease = nil }
            endLease(at: .now.advanced(byNanoseconds: remaining))
            warn(of: lease, in: remaining)
        } else if lease.connection.map({ !environment.connections.contains($0) }) ?? true {
            endLease(at: .now)
        }
    }

    /// Has it told that the lease ends, a quarter of its time before, ten seconds at most.
    private func warn(of lease: LeaseRecord, in remaining: UInt64) {
        let margin = min(UInt64(lease.holdMs ?? 0) * 250_000, 10_000_000_000)
        guard remaining > margin else { return }
        let moment = MonotonicInstant.now.advanced(byNanoseconds: remaining - margin)
        leaseWarning = loop.schedule(at: moment) { [weak self] in
            self?.assumeIsolated { device in
                device.leaseWarning = nil
                device.tell(.leaseExpiring, of: lease) { $0.expiresInMs = margin / 1_000_000 }
            }
        }
    }

    private func tell(_ kind: EventKind, of lease: LeaseRecord, _ fill: (inout Event) -> Void = { _ in }) {
        var event = Event(kind, device: name)
        event.operation = lease.operation
        fill(&event)
        environment.events.publish(event)
    }

    private func endLease(at moment: MonotonicInstant) {
        leaseTimer = loop.schedule(at: moment) { [weak self] in
            self?.assumeIsolated { device in
                device.leaseTimer = nil
                device.environment.followUps.add { await device.endLease() }
            }
        }
    }

    /// The process that held the device when it was stopped has exited: whoever drives the device now has not seen the stop,
    /// and nothing is resumed behind it.
    func dropLease() {
        guard record?.lease != nil else { return }
        setLease(nil)
        environment.metrics.endLease(.lost)
    }

    /// The client of a connection has gone.
    func noteConnectionClosed(_ connection: UInt64) {
        if record?.lease?.connection == connection { watchLease() }
    }

    /// Resumes the device, since its lease is over. What cannot be done now is tried again as long as it is the same stop.
    ///
    /// There may be no end of that: only the first try is told and is part of the operation.
    ///
    /// - Parameter isForced: true to end a lease that has time left.
    func endLease(isForced: Bool = false) async {
        guard let known = record?.lease else { return }
        let turn = turns.take(for: isExpired(known) ? nil : CallOrigin(operation: known.operation))
        defer { turns.end(turn) }
        func ending() -> LeaseRecord? { record?.lease.flatMap { isForced || isOver($0) ? $0 : nil } }
        guard await turn.wait(until: .distantFuture, on: loop), let found = record, ending() != nil else { return }
        let request = request(turn)
        let reach = await findAgain(found, request)
        // It may have been renewed meanwhile, or have gone with the stop.
        guard let lease = ending() else { return }
        // One that was told or renewed while this waited for its turn has a next try of its own.
        guard isForced || isExpired(lease) == (turn.origin == nil) else { return }
        let isFirst = !isExpired(lease)
        if isFirst {
            note("leaseExpired")
            expiredLease = lease.operation
            tell(.leaseExpired, of: lease)
        }
        if let reach, case .resumed = await resumeAgain(reach, request) {
            if !isFirst { environment.operations.note("resumed", of: lease.operation, device: name) }
            environment.log.notice(
                "a device was resumed at the end of its lease",
                metadata: ["device": "\(name.string)", "operation": "\(lease.operation)"])
        }
        guard record?.lease != nil else { return }
        if isFirst {
            environment.log.error(
                "a device could not be resumed at the end of its lease; it is tried again",
                metadata: ["device": "\(name.string)", "reason": "\(unresolved ?? "its holder was not found")"])
        }
        endLease(at: .now.advanced(byMilliseconds: retryMs))
    }

    /// Whether it was told that the lease is over.
    func isExpired(_ lease: LeaseRecord) -> Bool { expiredLease == lease.operation }

    private func isOver(_ lease: LeaseRecord) -> Bool {
        if let remaining = lease.remainingNs { return remaining == 0 }
        return lease.connection.map { !environment.connections.contains($0) } ?? true
    }

    private func findAgain(_ found: RunRecord, _ request: DeviceRequest) async -> Reach? {
        guard let node else { return nil }
        if isOwned { return Reach(node: node, path: .owner) }
        return await findAgain(found.holder, of: node, request)
    }
}
