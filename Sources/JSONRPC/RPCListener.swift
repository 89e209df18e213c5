public import LinuxIO

/// A socket where clients of a server connect, under the name by which the handler knows it.
public struct RPCListener: Sendable {
    /// The name that each of its clients has as `RPCPeer.socket`.
    public let name: String
    /// The socket.
    public let socket: UnixListener
    /// Whether anybody may connect to it, to look only: its clients are not to take the place of all others.
    public let isReadonly: Bool

    /// Names a socket.
    public init(_ name: String, _ socket: UnixListener, isReadonly: Bool = false) {
        self.name = name
        self.socket = socket
        self.isReadonly = isReadonly
    }
}
