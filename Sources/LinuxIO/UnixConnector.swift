import CLinux
public import SystemPackage

/// Connects to unix stream sockets.
public enum UnixConnector {
    /// How often a full backlog is tried again: connect(2) tells of no event for it.
    private static let retryMilliseconds: UInt64 = 2

    /// Connects to the socket at `path`. While the listener's backlog is full it tries again until `deadline`.
    ///
    /// - Throws: `Errno.connectionRefused` when nobody listens, `Errno.noSuchFileOrDirectory`, `Errno.timedOut` at the
    ///   deadline, `Errno.canceled` when the task is cancelled, `Errno` of connect(2).
    public static func connect(
        to path: String, until deadline: MonotonicInstant = .distantFuture, on loop: EventLoop
    ) async throws(Errno) -> StreamSocket {
        let socket = OwnedDescriptor(try kernelCall("socket") { clinux_unix_socket(true) })
        while true {
            do throws(Errno) {
                try kernelCall("connect") { unsafe clinux_connect(socket.rawValue, path) }
                break
            } catch .wouldBlock {
                let now = MonotonicInstant.now
                guard now < deadline else { throw .timedOut }
                try await loop.sleep(until: min(deadline, now.advanced(byMilliseconds: retryMilliseconds)))
            }
        }
        return try StreamSocket(nonBlocking: socket, on: loop)
    }
}
