import Glibc
import JSON
import LinuxIO
import SeededGenerator
import Testing

/// Events in numbers.
@Suite("Many events")
struct EventFloodTests {
    /// Changes a device's state four times for each round: suspending, suspended, resuming, running.
    private struct Driver {
        private static let lines = ["suspend", "resume"].map { verb in
            #"{"jsonrpc":"2.0","id":1,"method":"device.\#(verb)","params":{"device":"net0"}}"# + "\n"
        }.joined()

        /// So many lines would take long to compare with the contract.
        private let connection: LineConnection

        init(of daemon: DaemonUnderTest, _ client: DaemonClient) throws {
            try daemon.hold("net0")
            #expect(try client.runState("net0") == "running")
            connection = try LineConnection(to: daemon.socket, nil)
        }

        func run(rounds: Int) throws {
            var left = rounds
            while left > 0 {
                let some = min(left, 14)
                try connection.send(text: String(repeating: Self.lines, count: some))
                for _ in 0..<some * 2 { #expect(try connection.receive()?["result"] != nil) }
                left -= some
            }
        }
    }

    /// Changes to a device of a daemon that has subscribers which never read take a client about as long as those to a device of
    /// one that has none. They go in turn to the two, so that what else the machine does slows both.
    @Test(.timeLimit(.minutes(5))) func whoNeverReadsSlowsNobody() async throws {
        try await withSimulatedHost { daemon in
            let other = try DaemonUnderTest()
            for daemon in [daemon, other] {
                try daemon.start(["--config", try daemon.configure(#"{"limits": {"unreadReplyMs": 600000}}"#)])
            }
            let alone = try Driver(of: other, try other.connect())
            let beside = try Driver(of: daemon, try daemon.connect())
            let deaf = try (0..<16).map { _ in try daemon.connect() }
            for subscriber in deaf { try subscriber.call("events.subscribe") }
            // The sockets are full from then on.
            for driver in [alone, beside] { try driver.run(rounds: 700) }
            let full = try #require(try daemon.connect().call("events.subscribe")["sequence"]?.number)

            func time(_ driver: Driver) throws -> UInt64 {
                let start = MonotonicInstant.now
                try driver.run(rounds: 1)
                return MonotonicInstant.now.nanoseconds - start.nanoseconds
            }
            let ratios = try (0..<7).map { _ in
                var times: (alone: [UInt64], beside: [UInt64]) = ([], [])
                for _ in 0..<30 {
                    times.alone.append(try time(alone))
                    times.beside.append(try time(beside))
                }
                return Double(times.beside.median) / Double(times.alone.median)
            }
            #expect(ratios.median <= 2.5, "the medians' ratios: \(ratios)")
            for subscriber in deaf {
                var last = 0
                var event = try subscriber.nextEvent()
                while event["kind"] != "overflow" {
                    last = event["sequence"]?.number ?? 0
                    event = try subscriber.nextEvent()
                }
                #expect(last < full, "its socket was not full before the times were taken")
            }
        }
    }

    /// Reads the changes of the run state, and counts them: each follows the one before, or an overflow says how many are
    /// missing.
    private struct Reader {
        private static let filter: JSONValue = ["kinds": ["runStateChanged"]]

        private var connection: LineConnection
        private let instance: JSONValue
        private var last: Int
        private(set) var events = 0
        private(set) var lost = 0
        private(set) var states: [String] = []

        init(of daemon: DaemonUnderTest) throws {
            connection = try LineConnection(to: daemon.socket, nil)
            try connection.send([
                "jsonrpc": "2.0", "id": 1, "method": "events.subscribe", "params": ["filter": Self.filter],
            ])
            let answer = try connection.receive()?["result"]
            instance = answer?["instance"] ?? .null
            last = answer?["sequence"]?.number ?? 0
        }

        mutating func read() throws {
            guard let event = try connection.receive()?["params"] else { throw HarnessError("no event") }
            let sequence = event["sequence"]?.number ?? 0
            if event["kind"] == "overflow" {
                let count = event["lost"]?.number ?? 0
                #expect(count > 0)
                lost += count
            } else {
                events += 1
                states.append(event["runState"]?.text ?? "")
            }
            #expect(sequence > last)
            last = sequence
        }

        mutating func comeBack(to daemon: DaemonUnderTest) throws {
            connection = try LineConnection(to: daemon.socket, nil)
            try connection.send([
                "jsonrpc": "2.0", "id": 1, "method": "events.subscribe",
                "params": [
                    "filter": Self.filter, "since": ["instance": instance, "sequence": JSONValue(last)],
                ],
            ])
            #expect(try connection.receive()?["result"] != nil)
        }
    }

    /// Ten thousand changes with one reader that comes and goes at random, and others that never read.
    @Test func readersMissNothingOrAreToldWhatAndNoneCostsMuch() async throws {
        try await withSimulatedHost { daemon in
            // Who does not read for half a minute is disconnected, and a busy machine takes longer for all this.
            try daemon.start(["--config", try daemon.configure(#"{"limits": {"unreadReplyMs": 600000}}"#)])
            let client = try daemon.connect()
            var generator = SeededGenerator(seed: 1)
            let driver = try Driver(of: daemon, client)
            var reader = try Reader(of: daemon)
            var late = try Reader(of: daemon)
            let deaf = try daemon.connect()
            for _ in 0..<16 { try deaf.call("events.subscribe") }
            var rounds = 0
            func flood(until end: Int) throws {
                while rounds < end {
                    let some = Int.random(in: 1...14, using: &generator)
                    try driver.run(rounds: some)
                    rounds += some
                    for _ in 0..<Int.random(in: 0...(some * 10), using: &generator)
                    where reader.events < rounds * 4 {
                        try reader.read()
                    }
                    if generator.one(in: 3) { try reader.comeBack(to: daemon) }
                }
            }
            // The ring is full by then, and so are the sockets.
            try flood(until: 1_750)
            let before = try #require(try daemon.process?.residentKilobytes)
            try flood(until: 2_500)
            let after = try #require(try daemon.process?.residentKilobytes)
            // A queue for each of the 16 would have grown by 9 MB.
            #expect(after - before < 2_048, "\(before) kB, then \(after) kB")

            while reader.events + reader.lost < rounds * 4 { try reader.read() }
            #expect(reader.events == rounds * 4 && reader.lost == 0)
            let cycle = ["suspending", "suspended", "resuming", "running"]
            #expect(reader.states.enumerated().allSatisfy { $1 == cycle[$0 % 4] })
            while late.events + late.lost < rounds * 4 { try late.read() }
            #expect(late.lost > 0 && late.events + late.lost == rounds * 4)
        }
    }
}
