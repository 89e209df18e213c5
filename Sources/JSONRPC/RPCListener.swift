public import LinuxIO

/// A socket where clients of a server connect, under the name by which the handler knows it.
public struct RPCListener: Sendable {
    /// The name that each of its clients has as `RPCPeer.socket`.
    public let name: String
    /// The socket.
    public let socket: UnixListener

    /// Names a socket.
    public init(_ name: String, _ socket: UnixListener) {
        self.name = name
        self.socket = socket
    }
}
