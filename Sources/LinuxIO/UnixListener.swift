import CLinux
public import SystemPackage

/// A listening unix stream socket on a loop. Closed with the last reference.
public final class UnixListener: Sendable {
    /// How long accepting rests after an error, such as that this process or the host is out of descriptors or memory.
    private static let pauseMilliseconds: UInt64 = 100

    private let polled: PolledDescriptor
    /// Held for life, so that a second process cannot take the address over.
    private let addressLock: OwnedDescriptor?

    /// Listens at `path` with exactly the permissions `mode`, and for `group` if it is not nil.
    ///
    /// The file `path`.lock is locked as long as the listener lives and stays behind, as does the socket. A socket at
    /// `path` to which nobody listens is replaced.
    ///
    /// - Throws: `Errno.addressInUse` when another process listens there, `Errno.fileExists` when `path` is no socket,
    ///   `Errno.fileNameTooLong` above 107 bytes, `Errno` of open(2), bind(2), listen(2), and of fchownat(2) for a group
    ///   that this process is not in, which needs CAP_CHOWN.
    public init(
        path: String, mode: UInt32, group: UInt32? = nil, backlog: Int = 128, on loop: EventLoop
    ) throws(Errno) {
        let lock = OwnedDescriptor(
            try kernelCall("open") { unsafe clinux_open(path + ".lock", CLINUX_OPEN_CREATE, 0o600) })
        do throws(Errno) {
            try kernelCall("flock") { clinux_lock(lock.rawValue) }
        } catch .wouldBlock {
            throw .addressInUse
        }
        try Self.removeStaleSocket(path)
        let socket = OwnedDescriptor(try kernelCall("socket") { clinux_unix_socket(true) })
        // bind(2) makes the file with the socket's own mode, less the umask: never wider than told.
        try kernelCall("fchmod") { clinux_change_mode(socket.rawValue, group == nil ? mode : mode & 0o600) }
        try kernelCall("bind") { unsafe clinux_bind(socket.rawValue, path) }
        if let group { try Files.openReference(path).changeOwner(nil, group: group) }
        try kernelCall("chmod") { unsafe clinux_change_path_mode(path, mode) }
        try kernelCall("listen") { clinux_listen(socket.rawValue, CInt(clamping: backlog)) }
        polled = try PolledDescriptor(socket, on: loop)
        addressLock = consume lock
    }

    /// Listens at a socket that was received from systemd.
    ///
    /// - Throws: `Errno.invalidArgument` when it is no listening unix stream socket.
    public init(adopting socket: consuming OwnedDescriptor, on loop: EventLoop) throws(Errno) {
        let number = socket.rawValue
        guard try kernelCall("getsockopt", { clinux_is_unix_listener(number) }) == 1 else { throw .invalidArgument }
        try kernelCall("fcntl") { clinux_prepare(number, true) }
        polled = try PolledDescriptor(socket, on: loop)
        addressLock = nil
    }

    private static func removeStaleSocket(_ path: String) throws(Errno) {
        let status: FileStatus
        do throws(Errno) {
            status = try FileStatus(path: path, followingLink: false)
        } catch .noSuchFileOrDirectory {
            return
        }
        guard status.kind == .socket else { throw .fileExists }
        let probe = OwnedDescriptor(try kernelCall("socket") { clinux_unix_socket(true) })
        do throws(Errno) {
            try kernelCall("connect") { unsafe clinux_connect(probe.rawValue, path) }
        } catch .connectionRefused {
            try kernelCall("unlink") { unsafe clinux_unlink(path) }
            return
        } catch .wouldBlock {
            // A full backlog: somebody listens.
        }
        throw .addressInUse
    }

    /// Waits for the next connection. While there is an error, as when descriptors, memory or epoll watches run out, it
    /// rests again and again, and clients wait in the backlog.
    ///
    /// - Parameter onFailure: Is told of the error of accept4(2) or epoll_ctl(2), once for as long as it stays the same.
    /// - Returns: The connection.
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno.badFileDescriptor` when the listener is closed.
    public func accept(onFailure: (Errno) -> Void = { _ in }) async throws(Errno) -> StreamSocket {
        var lastFailure: Errno?
        while true {
            if Task.isCancelled { throw .canceled }
            do throws(Errno) {
                let listener = try polled.rawValue
                let number = try kernelCall("accept4") { clinux_accept(listener) }
                return try StreamSocket(nonBlocking: OwnedDescriptor(number), on: polled.loop)
            } catch .wouldBlock {
                try await polled.readable()
            } catch .connectionAbort {
                continue
            } catch .badFileDescriptor {
                throw .badFileDescriptor
            } catch {
                if error != lastFailure { onFailure(error) }
                lastFailure = error
                // No edge follows for connections that are waiting already.
                try await polled.loop.sleep(until: .now.advanced(byMilliseconds: Self.pauseMilliseconds))
            }
        }
    }

    /// Closes the socket; `accept()` ends with `Errno.badFileDescriptor`. The file stays.
    public func close() {
        polled.close()
    }
}
