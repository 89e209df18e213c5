import ControlAPI

/// Within which bounds a device was stopped, in nanoseconds of CLOCK_MONOTONIC.
struct StopInterval: Sendable, Hashable {
    /// The stop took effect no earlier.
    var earliestStop: UInt64
    /// The stop had taken effect; nil if it was never confirmed.
    var latestStop: UInt64?
    /// The device was not told before that to go on.
    var earliestResume: UInt64
    /// The device went on no later, or it is the present.
    var latestResume: UInt64
}

extension DowntimeBounds {
    /// Bounds the downtime of devices that belong together; nil if there is none.
    ///
    /// At least so long all of them were stopped at once: from the last return of SUSPEND to the first entry of RESUME,
    /// and zero if any stop was never confirmed. At most so long any of them was: from the first entry of SUSPEND to the
    /// last return of RESUME. The present stands for a RESUME that is not called.
    init?(_ intervals: [StopInterval]) {
        guard let first = intervals.first else { return nil }
        var (begin, end) = (first.earliestStop, first.latestResume)
        var (allStopped, firstResume) = (first.latestStop, first.earliestResume)
        for interval in intervals.dropFirst() {
            begin = min(begin, interval.earliestStop)
            end = max(end, interval.latestResume)
            firstResume = min(firstResume, interval.earliestResume)
            allStopped = allStopped.flatMap { former in interval.latestStop.map { max(former, $0) } }
        }
        self.init(
            minimumNs: allStopped.map { firstResume > $0 ? firstResume - $0 : 0 } ?? 0,
            maximumNs: end > begin ? end - begin : 0)
    }
}
