import ControlAPI
import Testing

@testable import DaemonCore

/// How long a guest was without its devices.
struct DowntimeTests {
    struct Example {
        var intervals: [StopInterval]
        var expected: DowntimeBounds?
    }

    private static func interval(_ stop: UInt64, _ stopped: UInt64?, _ resume: UInt64, _ resumed: UInt64)
        -> StopInterval
    {
        StopInterval(earliestStop: stop, latestStop: stopped, earliestResume: resume, latestResume: resumed)
    }

    private static let examples = [
        Example(intervals: [], expected: nil),
        Example(intervals: [interval(10, 15, 40, 42)], expected: DowntimeBounds(minimumNs: 25, maximumNs: 32)),
        // All at once between 20 and 40; any of them between 10 and 50.
        Example(
            intervals: [interval(10, 20, 40, 45), interval(12, 14, 41, 50)],
            expected: DowntimeBounds(minimumNs: 20, maximumNs: 40)),
        // One went on before the other had stopped.
        Example(
            intervals: [interval(10, 11, 20, 21), interval(10, 30, 40, 41)],
            expected: DowntimeBounds(minimumNs: 0, maximumNs: 31)),
        // A stop that was never confirmed.
        Example(
            intervals: [interval(10, 11, 20, 21), interval(10, nil, 30, 31)],
            expected: DowntimeBounds(minimumNs: 0, maximumNs: 21)),
    ]

    @Test(arguments: examples) func aGroupIsWithoutAllAndWithoutAny(example: Example) {
        #expect(DowntimeBounds(example.intervals) == example.expected)
        #expect(DowntimeBounds(example.intervals.reversed()) == example.expected)
    }
}
