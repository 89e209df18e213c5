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

    /// Puts a call on record that has been answered; one that was refused is on record already.
    nonisolated func finish(_ call: AuditedCall?, operation: String? = nil, _ error: ControlError?) {
        guard var call, error?.requiredRole == nil else { return }
        call.record.operation = operation
        call.record.error = error?.code.name
        call.record.durationNs = MonotonicInstant.now.nanoseconds(since: call.since)
        switch error?.code {
        case nil: call.record.outcome = .succeeded
        case .cancelled: call.record.outcome = .cancelled
        default: call.record.outcome = .failed
        }
        if call.record.devices.isEmpty, let device = error?.device { call.record.devices = [device] }
        audit.add(call.record)
    }

    /// Puts a refusal on record.
    func noteRefusal(of method: String, _ decision: AccessDecision, _ identity: PeerIdentity, _ peer: RPCPeer) {
        audit.add(
            AuditRecord(
                pid: peer.pid, uid: peer.uid, unit: identity.unit, socket: identity.socket, method: method,
                devices: decision.place.device.map { [$0] } ?? [], outcome: .refused,
                error: ErrorCode.permissionDenied.name, requiredRole: decision.needed))
    }
}
