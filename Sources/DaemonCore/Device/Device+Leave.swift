import LinuxIO
import VDPA

/// Calls that nobody waits for any longer.
extension Device {
    /// What is done with the result of a call that was left.
    typealias Finish<Value> = @Sendable (isolated Device, Result<Value, HostError>, DeviceRequest) async -> Void

    /// Leaves a call to itself, since its caller's deadline has passed or its client has gone.
    ///
    /// The place behind the caller's turn is kept until the call returns or is given up, so that the next caller finds the
    /// device free.
    ///
    /// - Parameters:
    ///   - call: the call that is under way.
    ///   - node: the device's node.
    ///   - request: the caller's; its turn has begun.
    ///   - note: takes in what the call reports, as soon as it returns.
    ///   - finish: what is done then, in a turn of its own.
    func leave<Value: Sendable>(
        _ call: HostCall<Value>, on node: DeviceNode, _ request: DeviceRequest,
        noting note: @escaping @Sendable (isolated Device, Value) -> Void = { _, _ in },
        then finish: @escaping Finish<Value> = { _, _, _ in }
    ) {
        let turn = turns.take(behind: request.turn)
        let abandonment = max(request.limit, MonotonicInstant.now.advanced(byMilliseconds: environment.graceMs))
        leftCalls += 1
        environment.operations.leave(turn.origin?.operation)
        environment.followUps.add { [self] in
            await attend(call, on: node, turn, until: abandonment, noting: note, then: finish)
            environment.operations.settle(turn.origin?.operation)
        }
    }

    private func attend<Value>(
        _ call: HostCall<Value>, on node: DeviceNode, _ first: Turn, until abandonment: MonotonicInstant,
        noting note: (isolated Device, Value) -> Void, then finish: Finish<Value>
    ) async {
        var turn = first
        defer { turns.end(turn) }
        var returned = await call.wait(until: abandonment, on: loop)
        if returned == nil {
            host.abandon(node)
            environment.events.noteHealth()
            turns.end(turn)
            returned = await call.wait(until: .distantFuture, on: loop)
            environment.events.noteHealth()
            turn = turns.take(for: first.origin)
        }
        leftCalls -= 1
        // Without a result the daemon is being stopped: the record stays for its successor.
        guard let returned else { return }
        if case .success(let report) = returned { note(self, report) }
        guard await turn.wait(until: .distantFuture, on: loop) else { return }
        await finish(self, returned, request(turn))
        if isOwned, let removedNode { environment.followUps.add { [self] in await closeRemoved(removedNode) } }
    }
}
