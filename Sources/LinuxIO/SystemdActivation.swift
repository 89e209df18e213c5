import CLinux
import Glibc
public import SystemPackage

/// Sockets that the service manager opened for this process (sd_listen_fds_with_names(3)).
public enum SystemdActivation {
    private static let firstNumber: CInt = 3
    private static let maximumCount: UInt64 = 64

    /// A listener that was handed over, under the name that its unit gives it (FileDescriptorName=).
    public struct Listener: Sendable {
        /// The name; nil when none was passed along.
        public let name: String?
        /// The socket.
        public let listener: UnixListener
    }

    /// The listeners that were handed over, in order; none when LISTEN_PID names another process. Once, at start.
    ///
    /// - Throws: `Errno.invalidArgument` when one is no listening unix stream socket.
    public static func takeListeners(on loop: EventLoop) throws(Errno) -> [Listener] {
        guard ProcessEnvironment.number("LISTEN_PID") == UInt64(getpid()),
            let count = ProcessEnvironment.number("LISTEN_FDS"), count <= maximumCount
        else { return [] }
        let names = names(ProcessEnvironment.value("LISTEN_FDNAMES"))
        var listeners: [Listener] = []
        for index in 0..<Int(count) {
            let socket = OwnedDescriptor(firstNumber + CInt(index))
            listeners.append(
                Listener(
                    name: index < names.count ? names[index] : nil,
                    listener: try UnixListener(adopting: socket, on: loop)))
        }
        return listeners
    }

    /// The names in LISTEN_FDNAMES, which colons separate; nil for one that says nothing.
    static func names(_ value: String?) -> [String?] {
        guard let value else { return [] }
        return value.split(separator: ":", omittingEmptySubsequences: false).map { name in
            name.isEmpty || name == "unknown" ? nil : String(name)
        }
    }
}
