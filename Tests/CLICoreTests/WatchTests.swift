import CLICore
import Glibc
import Testing

/// `vdpactl stats --watch`, as a program of its own that SIGINT ends.
@Suite struct WatchTests {
    /// The tests may run in the background of a shell, which ignores SIGINT there.
    private static let interruptible = "exec env --default-signal=INT"

    /// Readings of one queue: when, and what the counter was.
    private static func readings(_ values: [(ns: UInt64, value: UInt64)]) -> [String] {
        values.map { reading in
            #"""
            {"device":"net0","readAtNs":\#(reading.ns),"queues":[{"index":0,"use":"receive","counters":\#
            [{"name":"packets","value":\#(reading.value)}]}],"missing":[]}
            """#
        }
    }

    private static func replies(_ readings: [String]) -> [FakeDaemon.Reply] {
        readings.enumerated().map { FakeDaemon.Reply(text: success($1, id: $0 + 1)) }
    }

    private static func table(_ value: UInt64, _ rate: String) -> String {
        """
        device      net0
        negotiated  -

        QUEUE  USE      COUNTER  VALUE  PER SECOND
        0      receive  packets  \(value)\(String(repeating: " ", count: 7 - "\(value)".count))\(rate)

        """
    }

    @Test(arguments: [
        (0 as UInt64, 25 as UInt64, "10.0"), (7, 7, "0.0"), (7, 8, "0.4"), (0, 99_999, "39999.6"),
        // The device was made anew in between.
        (9, 8, "-"),
    ])
    func rateIsTheGrowthBySecondsBetweenReadings(_ before: UInt64, _ after: UInt64, _ rate: String) async throws {
        let readings = Self.readings([(1_000_000_000, before), (3_500_000_000, after)])
        let run = try await FakeDaemon.shell(
            "\(Self.interruptible) vdpactl stats net0 --watch 0.1", replies: Self.replies(readings), end: .interrupt)
        #expect(run.output == Self.table(before, "-") + "\n" + Self.table(after, rate))
        #expect(run.status == SIGINT)
        #expect(run.requests.count == 3)
    }

    @Test func rateOfTheLargestCounterIsNoOverflow() async throws {
        let readings = Self.readings([
            (1, 0), (10_000_000_001, .max), (10_000_000_002, 0), (10_000_000_003, .max), (10_000_000_003, .max),
        ])
        let run = try await FakeDaemon.shell(
            "\(Self.interruptible) vdpactl stats net0 --watch 0.1", replies: Self.replies(readings), end: .interrupt)
        let rates = run.output.split(separator: "\n").filter { $0.hasPrefix("0 ") }
            .compactMap { $0.split(separator: " ").last }
        #expect(rates == ["-", "1844674407370955161.5", "-", "-", "-"])
    }

    @Test func jsonIsAResultALine() async throws {
        let readings = Self.readings([(1, 2), (3, 4), (5, 6)])
        let run = try await FakeDaemon.shell(
            "\(Self.interruptible) vdpactl stats net0 --watch 0.1 -o json", replies: Self.replies(readings),
            end: .interrupt)
        #expect(run.output == readings.map { "\($0)\n" }.joined())
        #expect(run.status == SIGINT)
    }

    @Test(arguments: [24, 4])
    func terminalIsDrawnInPlaceAndLeftAsItWas(_ rows: Int) async throws {
        let readings = Self.readings([(1_000_000_000, 5), (2_000_000_000, 9)])
        let run = try await FakeDaemon.shell(
            "script -qec 'stty rows \(rows); \(Self.interruptible) vdpactl stats net0 --watch 0.1' /dev/null </dev/null",
            replies: Self.replies(readings), end: .interrupt)
        let frames = [Self.table(5, "-"), Self.table(9, "4.0")].map { table in
            table.split(separator: "\n", omittingEmptySubsequences: false).dropLast().prefix(rows - 1)
                .map { "\($0)\r\n" }.joined()
        }
        let lines = min(rows - 1, 5)
        #expect(
            Array(run.output.utf8)
                == Array(
                    """
                    \r\u{1b}[J\u{1b}[?7l\(frames[0])\u{1b}[?7h\
                    \u{1b}[\(lines)A\r\u{1b}[J\u{1b}[?7l\(frames[1])\u{1b}[?7h
                    """.utf8))
    }

    @Test func failureEndsIt() async throws {
        let gone = failure(1001, "gone", #"{"name":"deviceNotFound","message":"no net0"}"#, id: 2)
        let run = try await FakeDaemon.shell(
            "vdpactl stats net0 --watch 0.1 2>&1",
            replies: Self.replies(Self.readings([(1, 2)])) + [FakeDaemon.Reply(text: gone)])
        #expect(run.output == Self.table(2, "-") + "vdpactl: deviceNotFound: no net0\n")
        #expect(run.status == 3 << 8)
    }

    @Test func outputThatCannotBeWrittenEndsIt() async throws {
        let run = try await FakeDaemon.shell(
            "vdpactl stats net0 --watch 0.1 2>&1 >/dev/full", replies: Self.replies(Self.readings([(1, 2)])), end: .stay
        )
        #expect(run.output == "vdpactl: output: No space left on device\n")
        #expect(run.status == 1 << 8)
    }
}
