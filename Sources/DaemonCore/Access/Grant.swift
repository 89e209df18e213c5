import ControlAPI

/// A role that somebody has on some devices.
struct Grant: Sendable, Hashable {
    /// Who has it.
    enum Subject: Sendable, Hashable {
        /// The processes of a user.
        case user(UInt32)
        /// The processes of a group, be it their own or a supplementary one.
        case group(UInt32)
        /// The processes of a unit of the system manager.
        case unit(String)
    }

    /// What it may do.
    let role: Role
    /// Who.
    let subject: Subject
    /// On which devices: on those that one of the patterns matches.
    let devices: [DevicePattern]

    /// Whether it is one for a peer.
    func applies(to peer: PeerIdentity) -> Bool {
        switch subject {
        case .user(let uid): uid == peer.uid
        case .group(let gid): peer.gids.contains(gid)
        case .unit(let unit): unit == peer.unit
        }
    }
}
