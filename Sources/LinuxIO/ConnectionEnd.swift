import CLinux

/// Ends a connection that another thread waits for.
public struct ConnectionEnd: Sendable {
    private let socket: SharedDescriptor

    init(_ socket: SharedDescriptor) {
        self.socket = socket
    }

    /// Ends it in both directions. One that has ended stays so.
    public func end() {
        // ENOTCONN says that the peer was first.
        _ = clinux_shutdown(socket.rawValue)
    }
}
