import Glibc
import JSON
import LinuxIO
import Testing

/// The table of abuse: what each kind costs other clients while it goes on, and what it leaves.
extension AbuseTests {
    /// Calls in a round, of which the median counts.
    private static let calls = 60
    /// Rounds, of whose ratios the median counts.
    private static let rounds = 9

    @Test(arguments: Abuse.table) func costsOthersLittleAndLeavesNothing(abuse: Abuse) async throws {
        try await expectLittleCost(of: abuse)
    }

    @Test(.enabled(if: getuid() == 0, "connecting as another user needs root"))
    func tenThousandConnectionsOfOneUserCostOthersLittleAndLeaveNothing() async throws {
        try await expectLittleCost(
            of: Abuse(name: "10,000 connections of one user", ratio: 8) { daemon in try Throng(of: daemon) })
    }

    /// Each time the one who connects has a role, and the next process of the same number, and of the same user, has not.
    @Test(.enabled(if: getuid() == 0, "choosing the number of a process needs root"))
    func pidReuseOfAPeerCostsOthersLittleAndLeavesNothing() async throws {
        try await expectLittleCost(
            of: Abuse(name: "pid reuse of a peer", ratio: 3) { daemon in try Reuse(of: daemon) })
    }

    /// A call beside somebody who abuses the daemon, just after each of his acts, takes at most so many times as long as a call
    /// to a daemon that nobody abuses; the calls go in turn to the two, so that what else the machine does slows both. When he
    /// has gone, the daemon has the descriptors and the memory that it had before.
    private func expectLittleCost(of abuse: Abuse) async throws {
        try await withSimulatedHost { daemon in
            let configuration: JSONValue = ["grants": [["role": "monitor", "user": .string("\(ProcessDoubles.user)")]]]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            let client = try daemon.connect()
            let process = try #require(daemon.process)
            // Other users may come in; what they may do is another matter.
            unsafe chmod(daemon.directory.path, 0o711)
            unsafe chmod(daemon.socket, 0o666)
            let other = try DaemonUnderTest()
            try other.start()
            let (alone, beside) = (
                try LineConnection(to: other.socket, nil), try LineConnection(to: daemon.socket, nil)
            )
            // What has been answered has been accepted.
            for connection in [alone, beside] { _ = try self.timeOfCall(over: connection) }
            let descriptors = try process.descriptorCount

            // The first times cost what stays: buffers that have grown, pages of the program that were not needed before.
            try self.measure(abuse, daemon, alone, beside, rounds: abuse.firstRounds)
            try wait(until: "\(abuse): every descriptor is closed") { try process.descriptorCount <= descriptors }
            let memory = try process.residentKilobytes

            let ratios = try self.measure(abuse, daemon, alone, beside, rounds: Self.rounds)
            #expect(ratios.median <= abuse.ratio, "\(abuse): the medians' ratios are \(ratios)")

            try wait(until: "\(abuse): every descriptor is closed") { try process.descriptorCount <= descriptors }
            let growth = try process.residentKilobytes - memory
            #expect(growth < abuse.left, "\(abuse): \(growth) kB more than before")
            #expect(try client.call("system.health")["healthy"] == true)
            daemon.expectAlive()
        }
    }

    @discardableResult
    private func measure(
        _ abuse: Abuse, _ daemon: DaemonUnderTest, _ alone: LineConnection, _ beside: LineConnection, rounds: Int
    ) throws -> [Double] {
        let abuser = try abuse.begin(daemon)
        let ratios = try (0..<rounds).map { _ in
            var times: (alone: [UInt64], beside: [UInt64]) = ([], [])
            for _ in 0..<Self.calls {
                times.alone.append(try timeOfCall(over: alone))
                try abuser.act()
                times.beside.append(try timeOfCall(over: beside))
                try abuser.settle()
            }
            return Double(times.beside.median) / Double(times.alone.median)
        }
        try abuser.finish()
        return ratios
    }
}

/// One kind of abuse.
struct Abuse: Sendable, CustomTestStringConvertible, CustomStringConvertible {
    let name: String
    /// How many times as long another client's call may take.
    let ratio: Double
    /// What may be left, in kB, after 540 times: the allocator's own, which does not grow with the number of times.
    var left = 2_048
    /// So many rounds of 60 it takes until nothing grows any more that has a limit.
    var firstRounds = 3
    let begin: @Sendable (DaemonUnderTest) throws -> any Abuser

    var testDescription: String { name }
    var description: String { name }

    static let table = [
        Abuse(name: "one byte per second, of 900 clients", ratio: 3) { daemon in try Drip(900, of: daemon) },
        // glibc gives memory back when twice the largest block that was freed is free, and arrays grow by doubling.
        Abuse(name: "1 MiB of [", ratio: 6, left: 4_608) { daemon in
            try Repeated(of: daemon, sending: Array(repeating: UInt8(ascii: "["), count: (1 << 20) - 1) + [0x0a])
        },
        Abuse(name: "more than 1 MiB of [", ratio: 6, left: 4_608) { daemon in
            try Repeated(of: daemon, sending: Array(repeating: UInt8(ascii: "["), count: 1 << 20) + [0x5b, 0x0a])
        },
        Abuse(name: "descriptors that nobody wants", ratio: 3) { daemon in
            try Repeated(
                of: daemon, sending: AbuseTests.healthLine, with: SharedDescriptor(try Files.openReadWrite("/dev/null"))
            )
        },
        Abuse(name: "a client that dies before the descriptor that it has announced", ratio: 3) { daemon in
            Dying(
                of: daemon,
                Array(#"{"jsonrpc":"2.0","id":1,"method":"device.status","params":{"device":"net0"},"f"#.utf8)
            )
        },
        // Each is an operation, of which the last 1,024 are kept, and the last 4,096 of their events.
        Abuse(name: "a client that dies before the descriptor that it has asked for", ratio: 12, firstRounds: 20) {
            daemon in
            Dying(
                of: daemon,
                Array(#"{"jsonrpc":"2.0","id":1,"method":"device.acquire","params":{"device":"net0"}}"#.utf8) + [0x0a])
        },
    ]
}

/// Somebody who abuses a daemon.
protocol Abuser {
    /// Does it once, and does not wait for what comes of it.
    func act() throws
    /// Waits for what comes of it.
    func settle() throws
    /// Ends.
    func finish() throws
}

extension Abuser {
    func settle() throws {}
    func finish() throws {}
}

/// Another user, who connects all the time.
private final class Throng: Abuser {
    private static let count = 10_000
    private let crowd: Crowd
    private var isUnderWay = false

    init(of daemon: DaemonUnderTest) throws {
        crowd = try Crowd(of: daemon)
    }

    func act() throws {
        guard !isUnderWay else { return }
        isUnderWay = true
        try crowd.begin(Self.count, as: 60_000)
    }

    func finish() throws {
        #expect(try crowd.finish() == "1008 x128, connectionsPerUID x\(Self.count - 128)")
    }
}

/// Clients that send a byte of a line each second, one after another at equal distances.
private final class Drip: Abuser {
    private let clients: SlowClients
    private let interval: UInt64
    private var due = MonotonicInstant.now

    init(_ count: Int, of daemon: DaemonUnderTest) throws {
        try Files.raiseDescriptorLimit()
        clients = try SlowClients(count, of: daemon.socket)
        interval = 1_000_000_000 / UInt64(count)
    }

    func act() throws {
        // No client sends sooner than a second after its last byte, so whoever is late is late from now on.
        due = max(due, MonotonicInstant.now).advanced(byNanoseconds: interval)
        while MonotonicInstant.now < due { usleep(100) }
        try clients.drip()
    }
}

/// Processes of a user that connect, do a call and exit, each followed by one of the same number that has the connection.
private final class Reuse: Abuser {
    private let doubles: ProcessDoubles

    init(of daemon: DaemonUnderTest) throws {
        doubles = try ProcessDoubles(of: daemon)
    }

    func act() throws { try doubles.begin() }

    func settle() throws {
        let result = try doubles.finish()
        guard result == "answered double closed" else { throw HarnessError("the two were \(result)") }
    }
}

/// A client that sends the same again and again, and reads what is answered.
private struct Repeated: Abuser {
    private let connection: LineConnection
    private let bytes: [UInt8]
    private let descriptors: [SharedDescriptor]

    init(of daemon: DaemonUnderTest, sending bytes: [UInt8], with descriptor: SharedDescriptor? = nil) throws {
        connection = try LineConnection(to: daemon.socket, nil)
        self.bytes = bytes
        descriptors = descriptor.map { [$0, $0, $0] } ?? []
    }

    func act() throws { try connection.send(bytes: bytes, descriptors: descriptors) }

    func settle() throws {
        guard try connection.receive() != nil else { throw HarnessError("the connection is closed") }
    }
}

/// Clients that send a part of what they would, and are gone.
private struct Dying: Abuser {
    private let daemon: DaemonUnderTest
    private let bytes: [UInt8]

    init(of daemon: DaemonUnderTest, _ bytes: [UInt8]) {
        self.daemon = daemon
        self.bytes = bytes
    }

    func act() throws {
        try LineConnection(to: daemon.socket, nil).send(bytes: bytes)
    }
}
