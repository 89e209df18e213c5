import ControlAPI
import JSON
import JSONRPC
import LinuxIO
import SystemPackage
import Virtio

/// Who may do what.
extension Daemon {
    /// Notes a client that has connected.
    ///
    /// A grant is for the process that connected. When that has exited, its connection is closed, whoever else has it by then.
    func admit(_ peer: RPCPeer, over stream: StreamSocket) {
        var identity = PeerIdentity(peer, over: stream)
        var watch: ProcessWatch?
        if let process = try? stream.peerProcess(), identity.learnUnit(of: process, peer.pid),
            !policy.isTrusted(identity)
        {
            let (number, close) = (peer.connection, closeConnection)
            watch = try? ProcessWatch(process: process, on: loop) { close(number) }
            identity.isWatched = watch != nil
        }
        clients[peer.connection] = Client(identity: identity, rights: policy.rights(of: identity), watch: watch)
    }

    /// Says who closes a connection, by its number.
    nonisolated func closeConnections(through close: @escaping @Sendable (UInt64) -> Void) {
        loop.enter(self, close) { daemon, close in daemon.closeConnection = close }
    }

    /// What a client may do.
    func rights(of peer: RPCPeer) -> AccessRights {
        clients[peer.connection]?.rights ?? .none
    }

    /// What the client may do from which a call comes.
    func rights(of origin: CallOrigin?) -> AccessRights {
        origin?.connection.flatMap { clients[$0]?.rights } ?? .none
    }

    /// Puts another policy in force, for the clients that are connected too.
    func use(_ policy: AccessPolicy) {
        self.policy = policy
        for (number, client) in clients {
            let rights = policy.rights(of: client.identity)
            guard rights != client.rights else { continue }
            clients[number]?.rights = rights
            environment.events.setRights(rights, of: number)
        }
    }

    // MARK: Admission

    /// Reads the parameters of a call, if its caller may make it.
    func admit<Method: ControlMethod>(
        _ method: Method.Type, _ request: RPCRequest, from peer: RPCPeer
    ) throws(ControlError) -> Method.Params {
        try requireAnywhere(method, peer)
        let params = try request.read(Method.Params.self, of: Method.self)
        try require(method, Method.role, Method.scope, on: Method.devices(of: params), peer)
        return params
    }

    /// Reads the parameters of an operation and what its caller names it, if the caller may ask for it.
    func admitOperation<Method: ControlMethod>(
        _ method: Method.Type, _ request: RPCRequest, from peer: RPCPeer
    ) throws(ControlError) -> (Method.Params, key: String?) {
        try requireAnywhere(method, peer)
        let call = try request.read(OperationParams<Method.Params>.self, of: method)
        try require(method, Method.role, Method.scope, on: Method.devices(of: call.params), peer)
        return (call.params, call.idempotencyKey)
    }

    /// Refuses a caller that has the role nowhere, before anything that it sent is looked at.
    private func requireAnywhere<Method: ControlMethod>(_ method: Method.Type, _ peer: RPCPeer) throws(ControlError) {
        try require(method, Method.role, .visible, on: [], peer)
    }

    /// Refuses a caller that lacks a role.
    func require<Method: ControlMethod>(
        _ method: Method.Type, _ role: Role, _ scope: AccessScope, on devices: [DeviceName]?, _ peer: RPCPeer
    ) throws(ControlError) {
        let decision = rights(of: peer).decision(role, scope, on: devices)
        if decision.isAllowed { return }
        throw refusal(of: method, decision, peer)
    }

    /// Why no descriptors are taken from a client.
    func refusalOfDescriptors(from peer: RPCPeer) -> ControlError {
        guard rights(of: peer).highest == nil else {
            return ControlError(
                .limitExceeded, "too many of the descriptors that were passed have yet to be closed",
                hint: "system.health says what keeps the closes from returning")
        }
        let identity = clients[peer.connection]?.identity
        if let identity { noteRefusal(of: "SCM_RIGHTS", on: nil, needing: .monitor, identity, peer) }
        let who = identity.map { "\($0)" } ?? "the client"
        return ControlError(.permissionDenied, "descriptors are taken from who has a role, and \(who) has none")
    }

    private func refusal<Method: ControlMethod>(
        of method: Method.Type, _ decision: AccessDecision, _ peer: RPCPeer
    ) -> ControlError {
        guard let identity = clients[peer.connection]?.identity else {
            return ControlError(.permissionDenied, "the connection is closed")
        }
        noteRefusal(of: Method.name, on: decision.place.device, needing: decision.needed, identity, peer)
        return ControlError(refusing: Method.name, decision, to: identity)
    }
}

extension ControlError {
    /// A call that its caller may not make.
    init(refusing method: String, _ decision: AccessDecision, to peer: PeerIdentity) {
        let held = decision.held.map { "only \($0.rawValue)" } ?? "no role"
        self.init(
            .permissionDenied,
            "\(method) takes the role \(decision.needed.rawValue) \(decision.place), and \(peer) has \(held)",
            device: decision.place.device)
        requiredRole = decision.needed
        heldRole = decision.held
        hint =
            if decision.needed > peer.socket.highestRole {
                "this socket is for looking only: use the control socket"
            } else if !peer.isWatched {
                "the process that connected has exited, or the kernel does not tell which it is"
            } else {
                "the configuration's member grants gives roles; vdpactl policy check says which of them apply"
            }
    }
}

extension AccessDecision.Place: CustomStringConvertible {
    /// Such as `on net0`.
    var description: String {
        switch self {
        case .device(let name): "on \(name)"
        case .everyDevice: "on every device"
        case .anyDevice: "on a device"
        }
    }

    /// The device, if it is one.
    var device: DeviceName? {
        guard case .device(let name) = self else { return nil }
        return name
    }
}

extension PeerIdentity: CustomStringConvertible {
    /// Such as `user 1000 (vm-agent.service) at the socket control`.
    var description: String {
        "user \(uid)\(unit.map { " (\($0))" } ?? "") at the socket \(socket.rawValue)"
    }
}

extension RPCRequest {
    /// Reads the parameters by the method's declaration.
    fileprivate func read<Params: JSONReadable, Method: ControlMethod>(
        _ type: Params.Type, of method: Method.Type
    ) throws(ControlError) -> Params {
        guard descriptors.count <= Method.maximumDescriptors else {
            throw ControlError(
                .invalidParams,
                "fds: \(Method.name) takes at most \(Method.maximumDescriptors) descriptors, \(descriptors.count) came")
        }
        do throws(JSONReadError) {
            return try Params(params ?? .object([]), at: JSONPath("params"))
        } catch {
            throw ControlError(.invalidParams, "\(error)")
        }
    }
}
