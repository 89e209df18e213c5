import ControlAPI
import DeviceState
import JSON
import JSONRPC

/// Parameters of a call that lets devices go on, or only says whether it could.
private protocol DryRunnable {
    var dryRun: Bool { get }
}

extension DeviceResumeMethod.Params: DryRunnable {}
extension GroupResumeMethod.Params: DryRunnable {}

extension Operations.Request {
    /// A call of a method.
    init<Method: ControlMethod>(
        _ method: Method.Type, _ params: Method.Params, _ key: String?, _ peer: RPCPeer
    ) {
        var writer = JSONWriter()
        writer.value(Method.name)
        writer.value(params)
        self.init(
            kind: Method.name, peer: OperationPeer(pid: peer.pid, uid: peer.uid, gid: peer.gid), key: key,
            fingerprint: key == nil ? "" : SHA256Digest(of: writer.bytes).hexadecimal,
            isDryRun: (params as? any DryRunnable)?.dryRun ?? false)
    }
}
