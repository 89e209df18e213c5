import CLinux
public import SystemPackage

/// A connected unix stream socket for a program without a loop: each call waits, up to a deadline.
public struct BlockingSocket: ~Copyable, Sendable {
    private static let receiveSize = 65_536
    /// How often a full backlog is tried again: connect(2) tells of no event for it.
    private static let retryNanoseconds: Int64 = 2_000_000

    private let socket: SharedDescriptor

    /// Takes over a connected socket.
    ///
    /// - Throws: `Errno` of fcntl(2).
    public init(_ socket: consuming OwnedDescriptor) throws(Errno) {
        let number = socket.rawValue
        // So that no call waits past its deadline; the waiting is done in poll(2).
        try kernelCall("fcntl") { clinux_prepare(number, true) }
        self.socket = SharedDescriptor(socket)
    }

    /// Takes over the open descriptor `number`, as one that the parent process left for this one.
    ///
    /// - Throws: `Errno.badFileDescriptor` when it is not open, `Errno` of fcntl(2).
    public init(inherited number: CInt) throws(Errno) {
        try kernelCall("fcntl") { clinux_prepare(number, true) }
        socket = SharedDescriptor(OwnedDescriptor(number))
    }

    /// Connects to the socket at `path`; while the listener's backlog is full it tries again until `deadline`.
    ///
    /// - Throws: `Errno.connectionRefused` when nobody listens, `Errno.noSuchFileOrDirectory`, `Errno.timedOut` at the
    ///   deadline, `Errno` of connect(2).
    public init(connectingTo path: String, until deadline: MonotonicInstant) throws(Errno) {
        let socket = OwnedDescriptor(try kernelCall("socket") { clinux_unix_socket(true) })
        while true {
            do throws(Errno) {
                try kernelCall("connect") { unsafe clinux_connect(socket.rawValue, path) }
                break
            } catch .wouldBlock {
                guard MonotonicInstant.now < deadline else { throw .timedOut }
                // No descriptor: poll(2) only waits.
                _ = clinux_poll_readable(-1, Self.retryNanoseconds)
            }
        }
        self.socket = SharedDescriptor(socket)
    }

    /// What ends the connection from any thread: whoever waits for it here then sees the end of the stream.
    public var connectionEnd: ConnectionEnd { ConnectionEnd(socket) }

    /// Sends all of `bytes`, with `descriptors` (at most 253) at the first byte.
    ///
    /// - Throws: `Errno.timedOut` at the deadline, `Errno.brokenPipe` when the peer is gone, `Errno` of sendmsg(2). A part
    ///   may have been sent.
    public borrowing func send(
        _ bytes: Span<UInt8>, descriptors: [SharedDescriptor] = [], until deadline: MonotonicInstant = .distantFuture
    ) throws(Errno) {
        var sent = 0
        while sent < bytes.count {
            do throws(Errno) {
                sent += try SocketCalls.send(
                    socket.rawValue, bytes.extracting(droppingFirst: sent), sent == 0 ? descriptors : [])
            } catch .wouldBlock {
                let ready = try kernelCall("ppoll") {
                    clinux_poll_writable(socket.rawValue, deadline.timeoutFromNow)
                }
                if ready == 0 { throw .timedOut }
            }
        }
    }

    /// Waits for bytes and appends them to `bytes`; nil at the end of the stream. Keeps up to `limit` (at most 253)
    /// descriptors and closes the others.
    ///
    /// - Throws: `Errno.timedOut` at the deadline, `Errno` of recvmsg(2).
    public borrowing func receive(
        appendingTo bytes: inout [UInt8], keepingDescriptors limit: Int = 0,
        until deadline: MonotonicInstant = .distantFuture
    ) throws(Errno) -> ReceivedDescriptors? {
        while true {
            do throws(Errno) {
                let (count, extras) = try receiveNow(&bytes, limit)
                return count == 0 ? nil : extras
            } catch .wouldBlock {
                let ready = try kernelCall("ppoll") {
                    clinux_poll_readable(socket.rawValue, deadline.timeoutFromNow)
                }
                if ready == 0 { throw .timedOut }
            }
        }
    }

    private borrowing func receiveNow(
        _ bytes: inout [UInt8], _ limit: Int
    ) throws(Errno) -> (count: Int, with: ReceivedDescriptors) {
        try unsafe withUnsafeTemporaryAllocation(byteCount: Self.receiveSize, alignment: 16) { buffer throws(Errno) in
            let (count, extras) = try unsafe SocketCalls.receive(
                socket.rawValue, into: buffer, keeping: min(limit, SocketCalls.maximumDescriptors))
            unsafe bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            return (count, extras)
        }
    }

    /// Who is at the other end.
    ///
    /// - Throws: `Errno` of getsockopt(2).
    public var peerCredentials: PeerCredentials {
        get throws(Errno) { try SocketCalls.peerCredentials(socket.rawValue) }
    }
}
