import ControlAPI
import JSON
import LinuxIO
import Logging
import VDPA
import Virtio

/// Operations that change which devices there are and how they are bound. They go on when their caller has left.
extension Daemon {
    /// Takes the next place in the order of a device's operations, also of one that is not there yet.
    func takeTurn(on name: DeviceName, for origin: CallOrigin? = nil) -> Turn {
        let device = devices[name] ?? Device(name: name, info: nil, environment: environment)
        if devices[name] == nil { devices[name] = device }
        return device.assumeIsolated { device in device.takeTurn(for: origin) }
    }

    /// Ends a turn, and forgets a device that nobody needs any more.
    func endTurn(_ turn: Turn, on name: DeviceName) {
        guard let device = devices[name] else { return }
        let isUnused = device.assumeIsolated { device in
            device.turns.end(turn)
            return device.info == nil && device.isUnused
        }
        if isUnused { devices[name] = nil }
    }

    /// Does something to a device in its turn, and answers the caller if it still waits when that is done.
    ///
    /// - Parameters:
    ///   - what: what is done, for people.
    ///   - name: the device.
    ///   - milliseconds: how long the caller waits.
    ///   - turn: its place in the order, which ends with the work.
    ///   - work: what is done; its last parameter tells whether the caller has left.
    /// - Returns: what the work gives.
    /// - Throws: what the work throws; `ControlError`: `operationInProgress` when the turn has not come by the deadline,
    ///   `deadlineExceeded` when the work has not ended by then.
    func attend<Value: Sendable>(
        _ what: String, to name: DeviceName, _ milliseconds: UInt32?, _ turn: Turn,
        _ work: @escaping @Sendable (isolated Daemon, Caller) async throws(ControlError) -> Value
    ) async throws(ControlError) -> Value {
        let patience = UInt64(milliseconds ?? environment.defaultDeadlineMs)
        let deadline = MonotonicInstant.now.advanced(byMilliseconds: patience)
        guard await turn.wait(until: deadline, on: loop) else {
            endTurn(turn, on: name)
            throw located(
                ControlError(
                    .operationInProgress,
                    "another operation on \(name.string) has not finished within the deadline", device: name))
        }
        await devices[name]?.note("begun")
        let caller = Caller()
        let gate = Gate<Result<Value, ControlError>>()
        environment.followUps.add { [self] in await finish(work, caller, gate, turn, name) }
        if let result = await gate.wait(until: deadline, on: loop) ?? gate.value { return try result.get() }
        caller.leave()
        environment.operations.leave(turn.origin?.operation)
        throw located(
            ControlError(.deadlineExceeded, "\(what) has not ended within the deadline; it goes on", device: name))
    }

    private func finish<Value>(
        _ work: @Sendable (isolated Daemon, Caller) async throws(ControlError) -> Value, _ caller: Caller,
        _ gate: Gate<Result<Value, ControlError>>, _ turn: Turn, _ name: DeviceName
    ) async {
        let result: Result<Value, ControlError>
        do throws(ControlError) {
            result = .success(try await work(self, caller))
        } catch {
            result = .failure(error)
        }
        endTurn(turn, on: name)
        gate.resolve(result)
        guard caller.hasLeft else { return }
        environment.operations.settle(
            turn.origin?.operation,
            result.map { value in JSONText(value as? any JSONWritable ?? JSONValue.null) }
        )
        guard case .failure(let error) = result else { return }
        environment.log.error(
            "an operation that nobody waited for any more has failed",
            metadata: ["device": "\(name)", "error": "\(error.message)"])
    }

    /// Makes one change of the host. Nobody gives it up: what has begun is ended in order.
    func carryOut(_ step: ProvisioningStep, for name: DeviceName) async throws(ControlError) {
        await devices[name]?.note(step.operation)
        try await result(of: host.provision(step), for: name)
    }

    /// Waits for a call of an operation.
    func result<Value: Sendable>(
        of call: HostCall<Value>, for name: DeviceName
    ) async throws(ControlError) -> Value {
        switch await call.wait(until: .distantFuture, on: loop) {
        case .success(let value): return value
        case .failure(let error): throw failure(error, of: name)
        case nil: throw ControlError(.cancelled, "vdpad is being stopped", device: name)
        }
    }

    /// How long what nobody waits for may take, in milliseconds: it is ended in order, whenever that is.
    nonisolated var unlimitedMs: UInt32 { 3_600_000 }

    /// Reads a device anew, to see what has become of a change.
    func readAgain(for name: DeviceName) async throws(ControlError) {
        try await requireInventory(for: name, afterChange: true)
    }

    /// Waits for the inventory of now: nothing is begun on what may be wrong, or while netlink cannot be asked.
    func requireInventory(for name: DeviceName, afterChange: Bool = false) async throws(ControlError) {
        do throws(ControlError) {
            try await requireCurrentInventory(afterChangeOf: afterChange ? name : nil)
        } catch {
            var failure = error
            failure.device = name
            throw located(failure)
        }
    }

    /// The device, if it is on the bus.
    func present(_ name: DeviceName) throws(ControlError) -> Device {
        guard let device = device(name) else { throw .noDevice(name) }
        return device
    }

    /// Says in the contract's words what went wrong, and where the device is now.
    func failure(_ error: HostError, of name: DeviceName) -> ControlError {
        guard let device = device(name) else { return ControlError(error, device: name) }
        return device.assumeIsolated { device in device.failure(error) }
    }

    /// Adds where the device is now.
    func located(_ error: ControlError) -> ControlError {
        guard let name = error.device, let device = device(name) else { return error }
        var error = error
        error.stateAfter = device.assumeIsolated { device in device.stateAfter }
        return error
    }

    /// How a device is bound now, for a reply.
    func bound(_ name: DeviceName, warnings: [String] = []) throws(ControlError) -> BoundDevice {
        try present(name).assumeIsolated { device in
            BoundDevice(
                state: device.controlState(warnings: warnings), managementDevice: device.info?.managementDevice,
                driver: device.info?.driver?.name, node: device.info?.node?.path)
        }
    }

    // MARK: Records

    /// Puts on disk what is about to be done.
    func remember(_ record: ProvisioningRecord) throws(ControlError) {
        do {
            try environment.changeStore.write(record)
        } catch {
            var refusal = ControlError(
                .internalError,
                "what is to be done to \(record.device) could not be written to \(environment.changeStore.directory)",
                device: record.device, hint: "nothing was done; make the state directory writable")
            refusal.errno = error.symbol
            throw located(refusal)
        }
    }

    /// Forgets what was done, or was not begun; not while something is left to be restored after it.
    func forgetChange(of name: DeviceName) {
        unfinished[name] = nil
        if autoprobeDebt?.device == name {
            var debt = ProvisioningRecord(device: name, change: .add, bootID: environment.bootID)
            debt.restoresAutoprobe = true
            try? environment.changeStore.write(debt)
            return
        }
        do {
            try environment.changeStore.remove(name)
        } catch {
            environment.log.error(
                "the record of a change could not be removed",
                metadata: ["device": "\(name)", "errno": "\(error.symbol)"])
        }
    }
}
