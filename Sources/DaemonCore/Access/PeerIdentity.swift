import ControlAPI

/// Who a client is, as the kernel knew it when it connected.
struct PeerIdentity: Sendable, Hashable {
    /// The socket that it came by.
    var socket: ControlSocket
    /// Its user.
    var uid: UInt32
    /// Its group and its supplementary groups.
    var gids: Set<UInt32>
    /// The unit of the system manager that its process belongs to; nil if that is none, or not known.
    var unit: String?
    /// Whether the end of its process will be seen. If not, no grant is its.
    var isWatched = true
}
