import ControlAPI
import DeviceState
import JSON
import JSONRPC

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
            fingerprint: key == nil ? "" : SHA256Digest(of: writer.bytes).hexadecimal)
    }
}
