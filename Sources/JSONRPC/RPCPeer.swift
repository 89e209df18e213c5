/// The client at the other end of a connection, as the kernel recorded it when it connected (unix(7), SO_PEERCRED).
public struct RPCPeer: Sendable, Hashable {
    /// The connection's number, never used again by this server.
    public var connection: UInt64
    /// The name of the socket that it came by.
    public var socket: String
    /// The process that connected, as seen in this process's pid namespace; 0 when it is not visible there.
    public var pid: Int32
    public var uid: UInt32
    public var gid: UInt32

    /// Describes a peer.
    public init(connection: UInt64, socket: String, pid: Int32, uid: UInt32, gid: UInt32) {
        self.connection = connection
        self.socket = socket
        self.pid = pid
        self.uid = uid
        self.gid = gid
    }
}
