import CLinux
public import SystemPackage

/// Tells when a process has exited, by its pidfd, until it is let go.
public final class ProcessWatch: Sendable {
    private let polled: PolledDescriptor

    /// Watches a process. Only on the loop's thread. Needs no right.
    ///
    /// - Parameters:
    ///   - processID: the process.
    ///   - loop: the loop.
    ///   - body: called on the loop when the process has exited, be it before this was called.
    /// - Throws: `Errno.noSuchProcess` when there is none of that number, `Errno` of pidfd_open(2) or epoll_ctl(2).
    public convenience init(
        _ processID: Int32, on loop: EventLoop, _ body: @escaping @Sendable () -> Void
    ) throws(Errno) {
        let process = OwnedDescriptor(try kernelCall("pidfd_open") { clinux_pidfd_open(processID) })
        try self.init(process: process, on: loop, body)
    }

    /// Watches the process of a pidfd, as the other does.
    ///
    /// - Throws: `Errno` of epoll_ctl(2).
    public init(
        process: consuming OwnedDescriptor, on loop: EventLoop, _ body: @escaping @Sendable () -> Void
    ) throws(Errno) {
        polled = try PolledDescriptor(process, on: loop)
        polled.observe(body)
    }

    /// Whether the process of a pidfd has exited.
    public static func hasExited(_ process: borrowing OwnedDescriptor) -> Bool {
        let number = process.rawValue
        return (try? kernelCall("ppoll") { clinux_poll_readable(number, 0) }) != 0
    }
}
