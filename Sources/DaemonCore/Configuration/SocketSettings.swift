import ControlAPI

/// A socket that the daemon makes.
struct SocketSettings: Sendable, Hashable {
    /// Which of the sockets it is.
    let socket: ControlSocket
    /// Where it is.
    let path: String
    /// The permissions of its file.
    let mode: NodeMode
    /// The group of its file, by name or number; nil for the daemon's own.
    let group: String?
}
