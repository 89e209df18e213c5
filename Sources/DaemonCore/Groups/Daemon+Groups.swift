import ControlAPI
import JSON
import JSONRPC
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
    func members(of params: GroupSuspendMethod.Params, _: RPCPeer) throws(ControlError) -> [DeviceName] {
        try distinct(params.devices)
    }

    /// The members of a group that is to go on.
    func members(of params: GroupResumeMethod.Params, _ peer: RPCPeer) throws(ControlError) -> [DeviceName] {
        try members(params.devices, of: params.operation, peer)
    }

    /// The devices that are named, or those that an operation has stopped, if the caller may look at them.
    func members(
        _ devices: [DeviceName]?, of operation: String?, _ peer: RPCPeer
    ) throws(ControlError) -> [DeviceName] {
        switch (devices, operation) {
        case (let devices?, nil): return try distinct(devices)
        case (nil, let operation?):
            let found = members(of: operation)
            guard found.isEmpty || !rights(of: peer).sees(found) else { return found }
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
                $0.record?.belongs(to: operation) ?? false
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
            group: params.onFailure, lease: LeaseTerms(kind: params.lease, holdMs: params.holdMs))
        let run = GroupStopRun(
            places(of: seats), states, params.onFailure, terms, isDryRun: params.dryRun, until: deadline, environment)
        environment.operations.leave(origin?.operation)
        let isSettled = Gate<Void>()
        environment.followUps.add { [self] in
            let reply = await run.end.wait(until: .distantFuture, on: loop)
            await settle(origin, reply, run.callerHasLeft)
            isSettled.resolve(())
            // The guest waits for the reply, and nobody for the snapshots.
            await loop.yield()
            await run.close()
        }
        await run.begin()
        guard let reply = await run.answer.wait(until: .distantFuture, on: loop) else {
            throw await run.loseCaller().error(
                .cancelled, "the caller has gone before the group had stopped", origin)
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
        let run = GroupResumeRun(places(of: seats), states, isDryRun: params.dryRun, until: deadline, environment)
        environment.operations.leave(origin?.operation)
        environment.followUps.add { [self] in
            let reply = await run.end.wait(until: .distantFuture, on: loop)
            // Of those that did not go on.
            if let operation = params.operation {
                for seat in seats { await seat.device.renewLease(of: operation) }
            }
            await settle(origin, reply, run.callerHasLeft)
        }
        await run.begin()
        guard let reply = await run.answer.wait(until: .distantFuture, on: loop) else {
            throw await run.loseCaller().error(
                .cancelled, "the caller has gone before the group had been resumed", origin)
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

    /// Ends the operation, when nothing is under way any more, with what has become of the group unless that was answered.
    private func settle(_ origin: CallOrigin?, _ reply: GroupReply?, _ callerHasLeft: Bool) {
        let isAnswered = reply?.failure == nil && !callerHasLeft
        environment.operations.settle(origin?.operation, isAnswered ? nil : reply?.outcome(origin))
    }

    private nonisolated func places(of seats: [GroupSeat]) -> GroupSeats {
        GroupSeats(seats) { [self] seat in
            seat.device.assumeIsolated { device in device.leaveGroup(seat.turn) }
            assumeIsolated { daemon in daemon.endTurn(seat.turn, on: seat.name) }
        }
    }
}

extension Device {
    /// The node, if it may be another process that holds it, and that one is not known.
    var nodeOfUnknownHolder: DeviceNode? {
        isOwned || isHeld == false || holder != nil ? nil : info?.node
    }
}

extension GroupReply {
    /// Why the group is not where the call was to bring it, with every member.
    fileprivate func error(_ origin: CallOrigin?) -> ControlError {
        let failure =
            failure ?? members.lazy.compactMap(\.error).first ?? ControlError(.kernelError, "the group failed")
        return error(failure, origin)
    }

    /// An answer that is not the group's own, with every member.
    fileprivate func error(_ code: ErrorCode, _ message: String, _ origin: CallOrigin?) -> ControlError {
        error(ControlError(code, message), origin)
    }

    private func error(_ cause: ControlError, _ origin: CallOrigin?) -> ControlError {
        var error = cause
        error.operation = origin?.operation
        error.group = GroupReport(self, origin)
        return error
    }

    /// What the record of the operation says in the end.
    fileprivate func outcome(_ origin: CallOrigin?) -> Result<JSONText, ControlError> {
        failure == nil ? .success(JSONText(GroupReport(self, origin))) : .failure(error(origin))
    }
}

extension GroupReport {
    fileprivate init(_ reply: GroupReply, _ origin: CallOrigin?) {
        self.init(
            operation: origin?.operation, outcome: reply.outcome, members: reply.members, downtime: reply.downtime)
    }
}
