import ControlAPI
import JSONRPC
import Virtio

/// Explaining decisions.
extension Daemon {
    static func addPolicy(to table: inout HandlerTable) {
        table.answerPeer(PolicyCheckMethod.self) { daemon, params, peer throws(ControlError) in
            try daemon.checkPolicy(params, peer)
        }
        table.answer(ConfigGetMethod.self) { daemon, _ in daemon.configuration }
    }

    /// `policy.check`
    private func checkPolicy(
        _ params: PolicyCheckMethod.Params, _ peer: RPCPeer
    ) throws(ControlError) -> PolicyCheckMethod.Result {
        guard var subject = clients[peer.connection]?.identity else {
            throw ControlError(.internalError, "the connection is closed")
        }
        guard let method = ControlMethods.all.first(where: { $0.name == params.method }) else {
            throw ControlError(.invalidParams, "method: there is no method \"\(params.method)\"")
        }
        let isAboutOthers = params.uid != nil || params.gids != nil || params.unit != nil
        let mayAskAboutOthers = rights(of: peer).everywhere == .admin
        if isAboutOthers {
            try require(PolicyCheckMethod.self, .admin, .host, on: nil, peer)
            subject = PeerIdentity(
                socket: subject.socket, uid: params.uid ?? Self.nobody, gids: Set(params.gids ?? []), unit: params.unit)
        }
        subject.socket = params.socket ?? subject.socket
        let decision = policy.rights(of: subject).decision(method.role, method.scope, on: params.devices)
        return PolicyCheckMethod.Result(
            allowed: decision.isAllowed, requiredRole: method.role, scope: method.scope, heldRole: decision.held,
            device: decision.isAllowed ? nil : decision.place.device,
            reason: policy.reason(for: method.name, decision, subject),
            peer: PolicyPeer(
                socket: subject.socket, uid: subject.uid, gids: subject.gids.sorted(), unit: subject.unit),
            grants: policy.explanation(for: subject).filter { $0.applies || mayAskAboutOthers })
    }

    /// The user that no grant is for (user_namespaces(7)).
    private static let nobody: UInt32 = 65_534
}

extension AccessPolicy {
    /// What gives a peer its roles: all grants, and whether they apply.
    func explanation(for peer: PeerIdentity) -> [PolicyGrant] {
        var explained = grants.enumerated().map { index, grant in
            PolicyGrant(
                index: index, role: grant.role, subject: "\(grant.subject)", devices: grant.devices.map(\.text),
                applies: peer.isWatched && grant.applies(to: peer))
        }
        if isTrusted(peer) {
            let who = peer.uid == 0 ? "root" : "the daemon's own user"
            explained.insert(PolicyGrant(index: nil, role: .admin, subject: who, devices: ["*"], applies: true), at: 0)
        }
        return explained
    }

    /// Why a decision is as it is, in one sentence.
    func reason(for method: String, _ decision: AccessDecision, _ peer: PeerIdentity) -> String {
        guard decision.isAllowed else { return ControlError(refusing: method, decision, to: peer).message }
        return "\(method) takes the role \(decision.needed.rawValue) \(decision.place), and \(peer) has "
            + (decision.held?.rawValue ?? "none")
    }
}

extension Grant.Subject: CustomStringConvertible {
    /// Such as `user 1000`.
    var description: String {
        switch self {
        case .user(let uid): "user \(uid)"
        case .group(let gid): "group \(gid)"
        case .unit(let unit): "unit \(unit)"
        }
    }
}
