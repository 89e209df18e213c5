import CLinux
public import SystemPackage

/// A connected unix stream socket on a loop.
///
/// Used on the loop's thread only (checked). One task may receive while another sends. Closed by `close()` or with the
/// last reference. `@unchecked Sendable` for the same reason as `PolledDescriptor`.
@safe public final class StreamSocket: @unchecked Sendable {
    /// The loop it belongs to.
    public var loop: EventLoop { polled.loop }
    private let polled: PolledDescriptor
    /// The last read took everything there was, so the next one would only be told EAGAIN.
    private var isDrained = false

    /// Gives a connected non-blocking socket to the loop.
    ///
    /// - Throws: `Errno` of epoll_ctl(2); the socket is closed then.
    init(nonBlocking descriptor: consuming OwnedDescriptor, on loop: EventLoop) throws(Errno) {
        polled = try PolledDescriptor(descriptor, on: loop)
    }

    /// Gives a connected socket to the loop.
    ///
    /// - Throws: `Errno` of fcntl(2) or epoll_ctl(2); the socket is closed then.
    public convenience init(adopting descriptor: consuming OwnedDescriptor, on loop: EventLoop) throws(Errno) {
        let number = descriptor.rawValue
        try kernelCall("fcntl") { clinux_prepare(number, true) }
        try self.init(nonBlocking: descriptor, on: loop)
    }

    /// Two sockets connected to each other.
    ///
    /// - Throws: `Errno` of socketpair(2) or epoll_ctl(2).
    public static func pair(on loop: EventLoop) throws(Errno) -> (StreamSocket, StreamSocket) {
        let pair = try DescriptorPair()
        let first = try StreamSocket(adopting: pair.first, on: loop)
        return (first, try StreamSocket(adopting: pair.second, on: loop))
    }

    /// The number, for a system call made now.
    var descriptor: CInt {
        get throws(Errno) { try polled.rawValue }
    }

    // MARK: Receiving

    /// Waits for bytes and lends them to `body` in the loop's own buffer; no bytes at the end of the stream.
    ///
    /// Descriptors that the peer passes are kept up to `limit` (at most 253); the others are closed.
    ///
    /// - Throws: `Errno` of recvmsg(2), `Errno.canceled` when the task is cancelled, `Errno.badFileDescriptor` when the
    ///   socket is closed. Nothing was taken from the socket then.
    public func receive<Result>(
        keepingDescriptors limit: Int = 0, _ body: (Span<UInt8>, ReceivedDescriptors) -> Result
    ) async throws(Errno) -> Result {
        while true {
            if Task.isCancelled { throw .canceled }
            if isDrained {
                isDrained = false
                try await polled.readable()
            }
            do throws(Errno) {
                return try receiveNow(limit, body)
            } catch .wouldBlock {
                isDrained = true
            }
        }
    }

    /// Lends the bytes that are there to `body`, as `receive`; nil when there are none.
    ///
    /// - Throws: `Errno` of recvmsg(2), `Errno.badFileDescriptor` when the socket is closed.
    public func receiveIfThere<Result>(
        keepingDescriptors limit: Int, _ body: (Span<UInt8>, ReceivedDescriptors) -> Result
    ) throws(Errno) -> Result? {
        guard !isDrained else { return nil }
        do throws(Errno) {
            return try receiveNow(limit, body)
        } catch .wouldBlock {
            isDrained = true
            return nil
        }
    }

    /// Lends the bytes that are there to `body`, as `receiveIfThere`, unless descriptors come with them.
    ///
    /// Whoever takes a descriptor from a socket, or has the kernel drop it, may be the one who closes it for the last time, and
    /// that may take any time: a socket lingers, a device is reset.
    ///
    /// - Throws: `Errno.notPermitted` when descriptors come; they are still in the socket, which `closeIfRead` hands to the
    ///   caller then. `Errno` of recvmsg(2), `Errno.badFileDescriptor` when the socket is closed.
    public func receiveWithoutDescriptors<Result>(_ body: (Span<UInt8>) -> Result) throws(Errno) -> Result? {
        guard !isDrained else { return nil }
        let socket = try polled.rawValue
        return try unsafe loop.withReceiveBuffer { buffer throws(Errno) in
            let count: Int
            do throws(Errno) {
                count = try kernelCall("recvmsg") {
                    unsafe clinux_receive_plain(socket, buffer.baseAddress, buffer.count)
                }
            } catch .wouldBlock {
                isDrained = true
                return nil
            }
            return body(
                unsafe Span<UInt8>(
                    _unsafeStart: buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), count: count
                ))
        }
    }

    /// Returns when something may be there that `handler` has not dealt with, after `receiveIfThere` has returned nil.
    ///
    /// `handler` is called on the loop's thread whenever something has come, without a task being woken for it; it returns
    /// true when the wait may go on.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno.badFileDescriptor` when the socket is closed.
    public func readable(handler: @escaping @Sendable () -> Bool) async throws(Errno) {
        try await polled.readable(handler: { [self] in
            isDrained = false
            return handler()
        })
        isDrained = false
    }

    /// Makes `readable` return. On the loop's thread.
    public func wakeReader() {
        polled.wakeReader()
    }

    private func receiveNow<Result>(
        _ limit: Int, _ body: (Span<UInt8>, ReceivedDescriptors) -> Result
    ) throws(Errno) -> Result {
        let socket = try polled.rawValue
        return try unsafe loop.withReceiveBuffer { buffer throws(Errno) in
            let (count, extras) = try unsafe SocketCalls.receive(
                socket, into: buffer, keeping: min(limit, SocketCalls.maximumDescriptors))
            // The kernel stops a read behind a message that carried descriptors, although more may follow.
            isDrained = count < buffer.count && extras.isEmpty
            let bytes = unsafe Span<UInt8>(
                _unsafeStart: buffer.baseAddress.unsafelyUnwrapped.assumingMemoryBound(to: UInt8.self), count: count)
            return body(bytes, extras)
        }
    }

    // MARK: Sending

    /// Sends what fits now; how many bytes that were. Descriptors go with the first byte, so only when it is not 0.
    ///
    /// - Throws: `Errno.brokenPipe` when the peer is gone, `Errno` of sendmsg(2).
    public func sendNow(_ bytes: Span<UInt8>, descriptors: [SharedDescriptor] = []) throws(Errno) -> Int {
        do throws(Errno) {
            return try SocketCalls.send(try polled.rawValue, bytes, descriptors)
        } catch .wouldBlock {
            return 0
        }
    }

    /// Whether the peer has read everything that was sent, descriptors included. Source: `unix_outq_len` in
    /// net/unix/af_unix.c.
    ///
    /// - Throws: `Errno` of ioctl(2).
    public var isReadByPeer: Bool {
        get throws(Errno) {
            let socket = try polled.rawValue
            return try kernelCall("ioctl") { clinux_unread(socket) } == 0
        }
    }

    /// Returns when there may be room to send, after `sendNow` has sent less than all.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno.badFileDescriptor` when the socket is closed.
    public func writable() async throws(Errno) {
        try await polled.writable()
    }

    /// Sends all of `bytes`, with `descriptors` (at most 253) at the first byte.
    ///
    /// - Throws: as `sendNow` and `writable`; a part may have been sent.
    public func send(_ bytes: ArraySlice<UInt8>, descriptors: [SharedDescriptor] = []) async throws(Errno) {
        var rest = bytes
        var unsent = descriptors
        while true {
            let count = try sendNow(rest.span, descriptors: unsent)
            if count > 0 { unsent = [] }
            rest = rest.dropFirst(count)
            if rest.isEmpty { return }
            try await polled.writable()
        }
    }

    /// Sends all of `bytes`, with `descriptors` (at most 253) at the first byte.
    ///
    /// - Throws: as `sendNow` and `writable`; a part may have been sent.
    public func send(_ bytes: [UInt8], descriptors: [SharedDescriptor] = []) async throws(Errno) {
        try await send(bytes[...], descriptors: descriptors)
    }

    // MARK: Peer and end

    /// Who is at the other end.
    ///
    /// - Throws: `Errno` of getsockopt(2).
    public var peerCredentials: PeerCredentials {
        get throws(Errno) { try SocketCalls.peerCredentials(try polled.rawValue) }
    }

    /// Tells the peer that no more bytes will come; receiving goes on.
    ///
    /// - Throws: `Errno` of shutdown(2).
    public func shutdownSending() throws(Errno) {
        let socket = try polled.rawValue
        try kernelCall("shutdown") { clinux_shutdown_write(socket) }
    }

    /// Closes the socket as `close`, unless the peer has sent what nobody has read: descriptors may be among it, which are
    /// closed with the socket.
    ///
    /// - Returns: The socket in that case, shut down; whoever lets it go closes what is in it.
    public func closeIfRead() -> SharedDescriptor? {
        guard let socket = try? polled.rawValue else { return nil }
        // First, so that nothing is added any more.
        _ = try? kernelCall("shutdown") { clinux_shutdown(socket) }
        if let unread = try? kernelCall("ioctl", { clinux_receivable(socket) }), unread > 0 {
            guard let taken = polled.take() else { return nil }
            return SharedDescriptor(taken)
        }
        close()
        return nil
    }

    /// Closes the socket; waits end with `Errno.badFileDescriptor`. Nothing happens the second time.
    public func close() {
        polled.close()
    }
}
