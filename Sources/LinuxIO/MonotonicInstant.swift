import CLinux
public import SystemPackage

/// A point on CLOCK_MONOTONIC, in nanoseconds: not moved by changes of the wall clock, stopped while the host sleeps.
public struct MonotonicInstant: Sendable, Hashable, Comparable {
    /// Nanoseconds of CLOCK_MONOTONIC.
    public var nanoseconds: UInt64

    /// The instant at `nanoseconds` of CLOCK_MONOTONIC.
    public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// This moment.
    public static var now: MonotonicInstant {
        MonotonicInstant(nanoseconds: clinux_monotonic_ns())
    }

    /// Later than everything a clock will show.
    public static var distantFuture: MonotonicInstant {
        MonotonicInstant(nanoseconds: .max)
    }

    /// Orders by time.
    public static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }

    /// The instant `nanoseconds` later; the distant future when that passes the clock's range.
    public func advanced(byNanoseconds nanoseconds: UInt64) -> MonotonicInstant {
        let (sum, overflow) = self.nanoseconds.addingReportingOverflow(nanoseconds)
        return overflow ? .distantFuture : MonotonicInstant(nanoseconds: sum)
    }

    /// The instant `milliseconds` later; the distant future when that passes the clock's range.
    public func advanced(byMilliseconds milliseconds: UInt64) -> MonotonicInstant {
        let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .distantFuture : advanced(byNanoseconds: product)
    }

    /// Nanoseconds from `earlier` to this instant, 0 when `earlier` is not earlier.
    public func nanoseconds(since earlier: MonotonicInstant) -> UInt64 {
        nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0
    }

    /// Blocks the thread until this instant: for programs without a loop.
    ///
    /// - Throws: `Errno` of ppoll(2).
    public func wait() throws(Errno) {
        // No descriptor: poll(2) only waits.
        try kernelCall("ppoll") { clinux_poll_readable(-1, timeoutFromNow) }
    }

    /// What epoll_pwait2 and ppoll are told to wait from now until here: -1 for the distant future.
    var timeoutFromNow: Int64 {
        self == .distantFuture ? -1 : Int64(clamping: nanoseconds(since: .now))
    }
}
