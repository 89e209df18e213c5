import ControlAPI
import JSON
import LinuxIO
import VDPA
import Virtio

/// Stopping devices together, and letting them go on.
extension Daemon {
    /// Takes a place in the order of every member, so that groups with members in common come one after the other.
    func takeSeats(_ names: [DeviceName], for origin: CallOrigin?) -> [GroupSeat] {
        names.map { name in
            let turn = takeTurn(on: name, for: origin)
            guard let device = devices[name] else { preconditionFailure("\(name) has an order, and so is there") }
            return GroupSeat(device: device, turn: turn)
        }
    }

    /// The members of a group that is to be stopped.
    func members(of params: GroupSuspendMethod.Params) throws(ControlError) -> [DeviceName] {
        try distinct(params.devices)
    }

    /// The members of a group that is to go on.
    func members(of params: GroupResumeMethod.Params) throws(ControlError) -> [DeviceName] {
        try members(params.devices, of: params.operation)
    }

    /// The devices that are named, or those that an operation has stopped.
    func members(_ devices: [DeviceName]?, of operation: String?) throws(ControlError) -> [DeviceName] {
        switch (devices, operation) {
        case (let devices?, nil): return try distinct(devices)
        case (nil, let operation?):
            let found = members(of: operation)
            guard found.isEmpty else { return found }
            throw ControlError(
                .invalidParams, "operation: no device is stopped by the operation \"\(operation)\"")
        default: throw ControlError(.invalidParams, "either devices or operation must be given")
        }
    }

    private func distinct(_ devices: [DeviceName]) throws(ControlError) -> [DeviceName] {
        guard !devices.isEmpty else { throw ControlError(.invalidParams, "devices: at least one must be given") }
        var known: Set<DeviceName> = []
        for device in devices where !known.insert(device).inserted {
            throw ControlError(.invalidParams, "devices: \(device) is given more than once", device: device)
        }
        return devices
    }

    /// The devices that are stopped by an operation.
    private func members(of operation: String) -> [DeviceName] {
        devices.values.filter { device in
            device.assumeIsolated {
                $0.record.map { [$0.operation, $0.lease?.operation].contains(operation) } ?? false
            }
        }.map(\.name).sorted()
    }

    /// `group.suspend`
    func suspendGroup(
        _ params: GroupSuspendMethod.Params, _ seats: [GroupSeat], _ origin: CallOrigin?
    ) async throws(ControlError) -> GroupReport {
        let (states, deadline) = await prepare(seats, params.deadlineMs)
        let terms = StopTerms(
            allowIrreversible: params.allowIrreversible, keep: params.keep || params.onFailure == .keep,
            lease: LeaseTerms(kind: params.lease, holdMs: params.holdMs))
        let run = GroupStopRun(
            seats, states, params.onFailure, terms, isDryRun: params.dryRun, until: deadline, environment)
        let isSettled = release(seats, after: run.end, origin) { await run.takeSnapshots() }
        await run.begin()
        guard let reply = await run.answer.wait(until: .distantFuture, on: loop) else {
            await run.tell(.callerLeft)
            throw ControlError(.cancelled, "the caller has gone before the group had stopped")
        }
        // Whoever starts after a crash must find that it has ended once the caller knows that the group has stopped.
        if reply.failure == nil { _ = await isSettled.wait(until: .distantFuture, on: loop) }
        return try result(reply, origin, isDryRun: params.dryRun)
    }

    /// `group.resume`
    func resumeGroup(
        _ params: GroupResumeMethod.Params, _ seats: [GroupSeat], _ origin: CallOrigin?
    ) async throws(ControlError) -> GroupReport {
        let (states, deadline) = await prepare(seats, params.deadlineMs)
        let run = GroupResumeRun(seats, states, isDryRun: params.dryRun, until: deadline, environment)
        release(seats, after: run.end, origin)
        await run.begin()
        guard let reply = await run.answer.wait(until: .distantFuture, on: loop) else {
            throw ControlError(.cancelled, "the caller has gone before the group had been resumed")
        }
        return try result(reply, origin, isDryRun: params.dryRun)
    }

    /// What is answered: a result only if all members are where the call was to bring them.
    private func result(
        _ reply: GroupReply, _ origin: CallOrigin?, isDryRun: Bool
    ) throws(ControlError) -> GroupReport {
        guard reply.failure == nil, [.suspended, .resumed, .checked].contains(reply.outcome) else {
            throw reply.error(origin)
        }
        var report = GroupReport(reply, origin)
        if isDryRun { report.operation = nil }
        report.lease =
            devices.values.lazy.compactMap { device in
                device.assumeIsolated { $0.record?.lease }
            }.first { $0.operation == origin?.operation }?.description
        return report
    }

    /// Where the members are as far as is known, once the inventory shows them.
    private func prepare(
        _ seats: [GroupSeat], _ deadlineMs: UInt32?
    ) async -> (states: [(DeviceName, RunState)], deadline: MonotonicInstant) {
        let deadline = MonotonicInstant.now.advanced(
            byMilliseconds: UInt64(deadlineMs ?? environment.defaultDeadlineMs))
        if let reading = refreshIfNeeded() {
            let patience = min(deadline, MonotonicInstant.now.advanced(byMilliseconds: 1_000))
            _ = await reading.wait(until: patience, on: loop)
        }
        // One search for all of them; each of them searches by itself if that fails.
        var unknown: [DeviceNode] = []
        for seat in seats { if let node = await seat.device.nodeOfUnknownHolder { unknown.append(node) } }
        if unknown.count > 1 { await findHolders(of: unknown, until: deadline) }
        var states: [(DeviceName, RunState)] = []
        for seat in seats { states.append((seat.name, await seat.device.runState)) }
        return (states, deadline)
    }

    /// Ends the operation when nothing is under way any more, and then, with the last that is to be done, the turns.
    ///
    /// - Returns: what is resolved when the operation has ended.
    @discardableResult
    private func release(
        _ seats: [GroupSeat], after end: Gate<GroupReply>, _ origin: CallOrigin?,
        with last: @escaping @Sendable () async -> Void = {}
    ) -> Gate<Void> {
        let isSettled = Gate<Void>()
        environment.operations.leave(origin?.operation)
        environment.followUps.add { [self] in
            let reply = await end.wait(until: .distantFuture, on: loop)
            environment.operations.settle(origin?.operation, reply.flatMap { $0.lateOutcome(origin) })
            isSettled.resolve(())
            await last()
            for seat in seats { await self.end(seat) }
        }
        return isSettled
    }

    private func end(_ seat: GroupSeat) async {
        await seat.device.watchClose(nil)
        endTurn(seat.turn, on: seat.name)
    }
}

extension Device {
    /// The node, if it may be another process that holds it, and that one is not known.
    fileprivate var nodeOfUnknownHolder: DeviceNode? {
        isOwned || isHeld == false || holder != nil ? nil : info?.node
    }
}

extension GroupReply {
    /// Why the group is not where the call was to bring it, with every member.
    fileprivate func error(_ origin: CallOrigin?) -> ControlError {
        var error = failure ?? members.lazy.compactMap(\.error).first ?? ControlError(.kernelError, "the group failed")
        error.operation = origin?.operation
        error.group = GroupReport(self, origin)
        return error
    }

    /// What the record of the operation says in the end; nil for what was answered.
    fileprivate func lateOutcome(_ origin: CallOrigin?) -> Result<JSONValue, ControlError>? {
        failure == nil ? nil : .failure(error(origin))
    }
}

extension GroupReport {
    fileprivate init(_ reply: GroupReply, _ origin: CallOrigin?) {
        self.init(
            operation: origin?.operation, outcome: reply.outcome, members: reply.members, downtime: reply.downtime)
    }
}
