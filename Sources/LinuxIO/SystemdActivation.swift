import CLinux
import Glibc
public import SystemPackage

/// Sockets that the service manager opened for this process (sd_listen_fds(3)).
public enum SystemdActivation {
    private static let firstNumber: CInt = 3

    /// The listeners that were handed over, in order; none when LISTEN_PID names another process. Once, at start.
    ///
    /// - Throws: `Errno.invalidArgument` when one is no listening unix stream socket.
    public static func takeListeners(on loop: EventLoop) throws(Errno) -> [UnixListener] {
        guard ProcessEnvironment.number("LISTEN_PID") == UInt64(getpid()),
            let count = ProcessEnvironment.number("LISTEN_FDS"), count <= 64
        else { return [] }
        var listeners: [UnixListener] = []
        for index in 0..<CInt(count) {
            listeners.append(try UnixListener(adopting: OwnedDescriptor(firstNumber + index), on: loop))
        }
        return listeners
    }
}
