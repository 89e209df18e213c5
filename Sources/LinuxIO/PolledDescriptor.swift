import CLinux
public import SystemPackage

/// A non-blocking descriptor that a loop watches, and its owner.
///
/// Used on the loop's thread only (checked); one task may wait for each side. `@unchecked Sendable`: the last reference
/// may go anywhere, the loop then closes the descriptor in its next turn.
public final class PolledDescriptor: @unchecked Sendable {
    /// The loop that watches it.
    public let loop: EventLoop
    private let registration: Registration

    /// Gives a non-blocking descriptor to the loop. Only on the loop's thread.
    ///
    /// With `isNews`, who waits to read from it runs before anything else that becomes ready at the same time: whoever asks
    /// after something has happened is answered with that known.
    ///
    /// - Throws: `Errno` of epoll_ctl(2); the descriptor is closed then.
    public init(
        _ descriptor: consuming OwnedDescriptor, isNews: Bool = false, on loop: EventLoop
    ) throws(Errno) {
        loop.checkIsolated()
        self.loop = loop
        registration = try loop.register(descriptor.rawValue, isNews: isNews)
        _ = descriptor.take()
    }

    deinit {
        loop.closeLater(registration)
    }

    /// The number, for a system call made now.
    ///
    /// - Throws: `Errno.badFileDescriptor` after `close()`.
    package var rawValue: CInt {
        get throws(Errno) {
            guard isOpen else { throw .badFileDescriptor }
            return registration.descriptor
        }
    }

    /// Whether `close()` was not called yet.
    public var isOpen: Bool {
        loop.checkIsolated()
        return loop.isCurrent(registration)
    }

    /// Returns when something may be there to read: after EAGAIN or a short read, never before the first read.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno.badFileDescriptor` when it is closed.
    public func readable() async throws(Errno) {
        try await loop.wait(registration, .read)
    }

    /// Returns when something may be there to read that `handler` has not dealt with. It is called on the loop's thread at
    /// each edge meanwhile, and says so by returning true.
    ///
    /// - Throws: as `readable()`.
    func readable(handler: @escaping @Sendable () -> Bool) async throws(Errno) {
        try await loop.wait(registration, .read, handler: handler)
    }

    /// Makes a wait of a reader end as an edge would. On the loop's thread.
    func wakeReader() {
        loop.wakeReader(registration)
    }

    /// Returns when there may be room to write.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled, `Errno.badFileDescriptor` when it is closed.
    public func writable() async throws(Errno) {
        try await loop.wait(registration, .write)
    }

    /// Calls `body` on the loop's thread at each edge of the reading side, until `close()`. The loop keeps `body`.
    package func observe(_ body: @escaping @Sendable () -> Void) {
        loop.observe(registration, body)
    }

    /// Ends waits as `close` and hands the descriptor over; nil when it is closed already.
    func take() -> OwnedDescriptor? {
        guard let descriptor = loop.release(registration) else { return nil }
        return OwnedDescriptor(descriptor)
    }

    /// Closes the descriptor; waits end with `Errno.badFileDescriptor`. Nothing happens the second time.
    public func close() {
        loop.close(registration)
    }
}
