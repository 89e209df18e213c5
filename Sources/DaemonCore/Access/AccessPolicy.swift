import ControlAPI

/// Decides which role a client has on which device. What is not granted is denied.
///
/// Root and the daemon's own user may do everything; on the read-only socket they, too, may only look.
struct AccessPolicy: Sendable, Hashable {
    /// The daemon's own user.
    let ownUID: UInt32
    /// What the configuration grants, in its order.
    let grants: [Grant]

    /// What a client may do, for as long as the policy stays as it is.
    func rights(of peer: PeerIdentity) -> AccessRights {
        let highest = peer.socket.highestRole
        if isTrusted(peer) { return AccessRights(limit: highest, entries: [.init(role: .admin, devices: [.all])]) }
        guard peer.isWatched else { return AccessRights(limit: highest, entries: []) }
        return AccessRights(
            limit: highest,
            entries: grants.filter { $0.applies(to: peer) }.map { .init(role: $0.role, devices: $0.devices) })
    }

    /// Whether a client needs no grant.
    func isTrusted(_ peer: PeerIdentity) -> Bool {
        peer.uid == 0 || peer.uid == ownUID
    }
}
