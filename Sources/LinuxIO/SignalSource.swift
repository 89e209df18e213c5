import CLinux
public import SystemPackage

/// Receives SIGTERM, SIGINT, SIGHUP and SIGUSR1 in the loop.
public final class SignalSource: Sendable {
    /// The signals that are received.
    public enum Signal: Int32, Sendable {
        /// Reload.
        case hangUp = 1
        /// Stop, from a terminal.
        case interrupt = 2
        /// Stop: a successor starts at once.
        case handOver = 10
        /// Stop.
        case terminate = 15
    }

    private let polled: PolledDescriptor

    /// Blocks the signals in this thread and in those that it starts, and ignores SIGPIPE. First thing in `main`, before
    /// any other thread exists.
    ///
    /// - Throws: `Errno` of sigprocmask(2).
    public static func blockSignals() throws(Errno) {
        try kernelCall("sigprocmask") { clinux_block_signals() }
    }

    /// Receives the signals from now on, those that are pending included.
    ///
    /// - Throws: `Errno` of signalfd(2).
    public init(on loop: EventLoop) throws(Errno) {
        polled = try PolledDescriptor(OwnedDescriptor(try kernelCall("signalfd") { clinux_signalfd() }), on: loop)
    }

    /// Waits for the next signal.
    ///
    /// - Throws: `Errno.canceled` when the task is cancelled.
    public func next() async throws(Errno) -> Signal {
        while true {
            do throws(Errno) {
                let number = try polled.rawValue
                if let signal = Signal(rawValue: try kernelCall("read") { clinux_signalfd_read(number) }) {
                    return signal
                }
            } catch .wouldBlock {
                try await polled.readable()
            }
        }
    }
}
