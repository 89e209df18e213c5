import CLinux
import Glibc
public import SystemPackage

/// Tells the service manager how the service is doing (sd_notify(3)). Says nothing when there is no service manager.
public struct SystemdNotifier: Sendable {
    /// A state of the service.
    public enum State: String, Sendable {
        /// Start is over, or the configuration was read again.
        case ready = "READY=1"
        /// The configuration is being read again; goes with the time.
        case reloading = "RELOADING=1"
        /// Stop has begun.
        case stopping = "STOPPING=1"
        /// The service is alive; wanted at least every `watchdogNanoseconds`.
        case watchdog = "WATCHDOG=1"
    }

    private let address: String?
    /// How long the service manager waits for a sign of life; nil when it does not.
    public let watchdogNanoseconds: UInt64?

    /// Reads NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
    public init() {
        let process = ProcessEnvironment.number("WATCHDOG_PID")
        let isForThisProcess = process == nil || process == UInt64(getpid())
        let microseconds = isForThisProcess ? ProcessEnvironment.number("WATCHDOG_USEC") : nil
        self.init(
            address: ProcessEnvironment.value("NOTIFY_SOCKET"),
            watchdogNanoseconds: microseconds.map { $0.multipliedReportingOverflow(by: 1_000).partialValue })
    }

    init(address: String?, watchdogNanoseconds: UInt64?) {
        self.address = address
        self.watchdogNanoseconds = watchdogNanoseconds
    }

    /// Sends one state; never blocks.
    ///
    /// - Throws: `Errno` of sendto(2).
    public func notify(_ state: State) throws(Errno) {
        guard let address else { return }
        var bytes = state.rawValue
        // By the time the service manager tells this from a reload before it.
        if state == .reloading { bytes += "\nMONOTONIC_USEC=\(MonotonicInstant.now.nanoseconds / 1_000)" }
        try kernelCall("sendto") { unsafe clinux_notify(address, bytes, bytes.utf8.count) }
    }
}
