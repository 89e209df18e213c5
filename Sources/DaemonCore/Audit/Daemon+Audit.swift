import ControlAPI
import JSONRPC
import LinuxIO
import Virtio

/// Putting calls on record.
extension Daemon {
    /// What is known of a call that changes something when it arrives.
    struct AuditedCall: Sendable {
        var record: AuditRecord
        let since = MonotonicInstant.now
    }

    /// Begins the record of a call; nil if it changes nothing.
    func auditedCall<Method: ControlMethod>(
        _ method: Method.Type, _ devices: [DeviceName] = [], _ peer: RPCPeer
    ) -> AuditedCall? {
        guard Method.isOperation || Method.role > .monitor, let identity = clients[peer.connection]?.identity else {
            return nil
        }
        return AuditedCall(
            record: AuditRecord(
                pid: peer.pid, uid: peer.uid, unit: identity.unit, socket: identity.socket, method: Method.name,
                devices: devices, outcome: .succeeded))
    }

    /// Notes what a call concerns.
    func note<Method: ControlMethod>(
        _ params: Method.Params, of method: Method.Type, in call: inout AuditedCall?
    ) {
        guard let target = params as? OperationTarget else {
            call?.record.devices = Method.devices(of: params) ?? []
            return
        }
        call?.record.operation = target.operation
        call?.record.devices = environment.operations.operation(target.operation)?.devices ?? []
    }

    /// Puts a call on record that has been answered; one that was refused is on record already. Of an operation that goes on
    /// the end is put on record too.
    nonisolated func finish(_ call: AuditedCall?, operation: String? = nil, _ error: ControlError?) {
        guard var call, error?.requiredRole == nil else { return }
        if let operation { call.record.operation = operation }
        if call.record.devices.isEmpty, let device = error?.device { call.record.devices = [device] }
        guard let operation, let end = environment.operations.end(of: operation), end.value == nil else {
            return put(call, AuditRecord.Outcome(error), error)
        }
        put(call, .continues, error)
        environment.followUps.add { [self, call] in
            guard await end.wait(until: .distantFuture, on: loop) != nil,
                let ended = environment.operations.operation(operation)
            else { return }
            put(call, AuditRecord.Outcome(ended.error), ended.error)
        }
    }

    private nonisolated func put(_ call: AuditedCall, _ outcome: AuditRecord.Outcome, _ error: ControlError?) {
        var record = call.record
        record.outcome = outcome
        record.error = error?.code.name
        record.durationNs = MonotonicInstant.now.nanoseconds(since: call.since)
        audit.add(record)
    }

    /// Puts a refusal on record, with one device: the caller could name a thousand that are not there.
    func noteRefusal(
        of method: String, on device: DeviceName?, needing role: Role, _ identity: PeerIdentity, _ peer: RPCPeer
    ) {
        audit.add(
            AuditRecord(
                pid: peer.pid, uid: peer.uid, unit: identity.unit, socket: identity.socket, method: method,
                devices: device.map { [$0] } ?? [], outcome: .refused, error: ErrorCode.permissionDenied.name,
                requiredRole: role))
    }
}

extension AuditRecord.Outcome {
    /// How a call ended with this error, or without any.
    fileprivate init(_ error: ControlError?) {
        self =
            switch error?.code {
            case nil: .succeeded
            case .cancelled: .cancelled
            default: .failed
            }
    }
}
