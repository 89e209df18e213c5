import ControlAPI
import JSON
import JSONRPC
import LinuxIO
import Virtio

/// What clients do with operations.
extension Daemon {
    private nonisolated var operations: Operations { environment.operations }

    /// Runs the body of an operation until it ends, or is to be ended.
    ///
    /// A body that is to be ended is cancelled, as one whose client has gone, and returns as soon as it has come to terms
    /// with what it had begun.
    nonisolated func perform(
        _ id: String, _ body: @escaping @Sendable () async -> OperationOutcome
    ) async -> OperationOutcome {
        let cancellation = operations.cancellation(of: id)
        let outcome = await withTaskGroup(of: OperationOutcome?.self) { [loop] group in
            group.addTask(executorPreference: loop) { await body() }
            group.addTask(executorPreference: loop) {
                _ = await cancellation?.wait(until: .distantFuture, on: loop)
                return nil
            }
            var outcome: OperationOutcome?
            for await ended in group {
                outcome = outcome ?? ended
                group.cancelAll()
            }
            return outcome
        }
        var ended = outcome?.written ?? .failed(ControlError(.cancelled, "the operation \(id) was cancelled"))
        if case .failed(var error) = ended, error.code == .deadlineExceeded {
            error.operation = id
            ended = .failed(error)
        }
        operations.answered(id, ended.kept)
        return ended
    }

    /// Answers a call that was made before as it is or was answered then, unless it has passed a descriptor.
    nonisolated func answerAgain(_ id: String, passingDescriptor: Bool) async -> OperationOutcome {
        let patience = MonotonicInstant.now.advanced(byMilliseconds: UInt64(environment.defaultDeadlineMs))
        do throws(ControlError) {
            let ended = try await waitForEnd(of: id, until: patience)
            if let error = ended.error { throw error }
            guard !passingDescriptor else { throw .alreadyPassed(ended) }
            return .done(ended.result ?? JSONText(JSONValue.null), nil, nil)
        } catch {
            return .failed(error)
        }
    }

    /// `operation.list`
    func listOperations(_ params: OperationListMethod.Params, _ peer: RPCPeer) -> OperationListMethod.Result {
        let rights = rights(of: peer)
        let found = operations.all.filter { operation in
            rights.sees(operation.devices)
                && (params.device.map { operation.devices.contains($0) } ?? true)
                && (params.state.map { operation.state == $0 } ?? true)
        }
        return OperationListMethod.Result(operations: found.map { withLeases($0).listed })
    }

    /// `operation.get`
    func describeOperation(_ params: OperationTarget, _ peer: RPCPeer) throws(ControlError) -> OperationReport {
        try require(OperationGetMethod.self, .monitor, onDevicesOf: params.operation, peer)
        renewLeases(of: params.operation, by: peer)
        return try describe(params)
    }

    private func describe(_ params: OperationTarget) throws(ControlError) -> OperationReport {
        guard let operation = operations.operation(params.operation) else { throw .noOperation(params.operation) }
        return OperationReport(operation: withLeases(operation))
    }

    /// `operation.wait`
    func waitForOperation(
        _ params: OperationTarget, _ peer: RPCPeer
    ) async throws(ControlError) -> OperationReport {
        try require(OperationWaitMethod.self, .monitor, onDevicesOf: params.operation, peer)
        // Also for whoever has to be told that it goes on.
        renewLeases(of: params.operation, by: peer)
        _ = try await waitForEnd(of: params.operation, until: deadline(of: params))
        renewLeases(of: params.operation, by: peer)
        return try describe(params)
    }

    /// `operation.cancel`
    func cancelOperation(
        _ params: OperationTarget, _ peer: RPCPeer
    ) async throws(ControlError) -> OperationReport {
        guard let operation = operations.operation(params.operation),
            let cancellation = operations.cancellation(of: params.operation)
        else { throw .noOperation(params.operation) }
        // Whoever may not begin it may not end it.
        let method = ControlMethods.all.first { $0.name == operation.kind }
        try require(OperationCancelMethod.self, method?.role ?? .admin, onDevicesOf: params.operation, peer)
        cancellation.resolve(())
        _ = try await waitForEnd(of: params.operation, until: deadline(of: params))
        renewLeases(of: params.operation, by: peer)
        return try describe(params)
    }

    /// Refuses a caller that has not the role on each of an operation's devices; to one that may not even look at them there
    /// is no such operation.
    func require<Method: ControlMethod>(
        _ method: Method.Type, _ role: Role, onDevicesOf id: String, _ peer: RPCPeer
    ) throws(ControlError) {
        guard let operation = operations.operation(id) else { throw .noOperation(id) }
        // One without devices concerns the host.
        do throws(ControlError) {
            try require(method, role, .devices, on: operation.devices.isEmpty ? nil : operation.devices, peer)
        } catch {
            throw rights(of: peer).sees(operation.devices) ? error : .noOperation(id)
        }
    }

    private func deadline(of params: OperationTarget) -> MonotonicInstant {
        .now.advanced(byMilliseconds: UInt64(params.deadlineMs ?? environment.defaultDeadlineMs))
    }

    private nonisolated func waitForEnd(
        of id: String, until deadline: MonotonicInstant
    ) async throws(ControlError) -> Operation {
        guard let end = operations.end(of: id) else { throw .noOperation(id) }
        guard await end.wait(until: deadline, on: loop) != nil else {
            var error = ControlError(.deadlineExceeded, "the operation \(id) has not ended within the deadline")
            error.operation = id
            throw error
        }
        guard let operation = operations.operation(id) else { throw .noOperation(id) }
        return operation
    }

    private func withLeases(_ operation: Operation) -> Operation {
        var operation = operation
        operation.leases = devices.values.compactMap { device in
            guard let lease = device.assumeIsolated({ $0.record?.lease }), lease.operation == operation.id else {
                return nil
            }
            return DeviceLease(device: device.name, lease: lease.description)
        }.sorted { $0.device < $1.device }
        return operation
    }
}

extension Operation {
    /// Without what has no bound: all of them together are to fit into a reply.
    fileprivate var listed: Operation {
        var operation = self
        operation.phases = nil
        operation.result = nil
        operation.error?.group = nil
        operation.error?.actions = nil
        return operation
    }
}

extension ControlError {
    /// An id that stands for nothing.
    fileprivate static func noOperation(_ id: String) -> ControlError {
        ControlError(
            .invalidParams, "operation: there is no operation \"\(id)\", or it ended more than ten minutes ago")
    }

    /// A key under which a descriptor was passed.
    fileprivate static func alreadyPassed(_ operation: Operation) -> ControlError {
        var error = ControlError(
            .idempotencyMismatch,
            "idempotencyKey: under \"\(operation.idempotencyKey ?? "")\" the operation \(operation.id) has passed its "
                + "descriptor, which cannot be passed twice",
            device: operation.devices.first, hint: "another key, or none, opens the device anew")
        error.operation = operation.id
        return error
    }

    /// A key that stands for another call.
    static func mismatch(_ key: String?, _ id: String) -> ControlError {
        var error = ControlError(
            .idempotencyMismatch,
            "idempotencyKey: \"\(key ?? "")\" was used for another call, the operation \(id)")
        error.operation = id
        return error
    }
}
