import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

/// Clients in numbers, clients of other users, clients that are slow, deaf or gone, beside one that is none of it.
///
/// One test after the other: each takes all of the processor, and other suites have daemons that answer within a time.
@Suite("Abuse", .serialized)
struct AbuseTests {
    private static let health: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": "system.health"]
    static let healthLine = health.jsonBytes() + [0x0a]

    // MARK: The specification

    /// Lines with the ids, methods and parameters of this daemon, and what is answered without the data of errors.
    private static let exchanges: [(line: String, answer: String?)] = [
        (
            #"{"jsonrpc":"2.0","method":"device.get","params":{"device":"net9"},"id":"1"}"#,
            #"{"jsonrpc":"2.0","id":"1","code":1001}"#
        ),
        // Parameters by position have no order here: every method takes them by name.
        (
            #"{"jsonrpc":"2.0","method":"device.get","params":["net0"],"id":2}"#,
            #"{"jsonrpc":"2.0","id":2,"code":-32602}"#
        ),
        (#"{"jsonrpc":"2.0","method":"system.info"}"#, nil),
        (#"{"jsonrpc":"2.0","method":"foobar"}"#, nil),
        (#"{"jsonrpc":"2.0","method":"foobar","id":"3"}"#, #"{"jsonrpc":"2.0","id":"3","code":-32601}"#),
        (#"{"jsonrpc":"2.0","method":"foobar, "params":"bar","baz]"#, #"{"jsonrpc":"2.0","id":null,"code":-32700}"#),
        (#"{"jsonrpc":"2.0","method":1,"params":"bar"}"#, #"{"jsonrpc":"2.0","id":null,"code":-32600}"#),
        ("[]", #"{"jsonrpc":"2.0","id":null,"code":-32600}"#),
        ("[1]", #"[{"jsonrpc":"2.0","id":null,"code":-32600}]"#),
        (
            #"[{"jsonrpc":"2.0","method":"foobar","id":4},{"jsonrpc":"2.0","method":"system.info"},1,{"foo":"boo"}]"#,
            #"""
            [{"jsonrpc":"2.0","id":4,"code":-32601},{"jsonrpc":"2.0","id":null,"code":-32600},
            {"jsonrpc":"2.0","id":null,"code":-32600}]
            """#
        ),
        (#"[{"jsonrpc":"2.0","method":"system.info"},{"jsonrpc":"2.0","method":"foobar"}]"#, nil),
        (#"{"jsonrpc":"2.0","method":"foobar","id":"end"}"#, #"{"jsonrpc":"2.0","id":"end","code":-32601}"#),
    ]

    @Test(arguments: [true, false]) func keepsToTheSpecification(inOneWrite: Bool) async throws {
        try await withDaemon { daemon, _ in
            let expected = try Self.exchanges.compactMap(\.answer).map { try JSONParser.parse(Array($0.utf8).span) }
            let connection = try LineConnection(to: daemon.socket)
            let text = Self.exchanges.map { $0.line + "\n" }.joined()
            if inOneWrite {
                try connection.send(text: text)
            } else {
                for byte in text.utf8 { try connection.send(bytes: [byte]) }
            }
            for answer in expected {
                let reply = try #require(try connection.receive())
                #expect(Self.outline(reply) == answer)
            }
        }
    }

    /// The id and the code of each reply.
    private static func outline(_ reply: JSONValue) -> JSONValue {
        if case .array(let replies) = reply { return .array(replies.map(outline)) }
        return [
            "jsonrpc": reply["jsonrpc"] ?? "missing", "id": reply["id"] ?? "missing",
            "code": reply["error"]?["code"] ?? "a result",
        ]
    }

    // MARK: Limits at their real size

    @Test(.enabled(if: getuid() == 0, "connecting as other users needs root"))
    func threeLimitsOfConnectionsWithTheUsersTheyAreFor() async throws {
        try await withDaemon { daemon, client in
            try Files.raiseDescriptorLimit()
            // Other users may come in; that they may do nothing is another matter.
            unsafe chmod(daemon.directory.path, 0o711)
            unsafe chmod(daemon.socket, 0o666)
            let crowd = try Crowd(of: daemon)
            // 7 users with all that they may have, and one with what is left before those for root.
            for uid in 1...7 {
                #expect(try crowd.connect(129, as: 60_000 + uid) == "1008 x128, connectionsPerUID x1")
            }
            let left = 1_024 - 16 - 7 * 128 - 1
            #expect(try crowd.connect(left + 1, as: 60_008) == "1008 x\(left), connectionsKeptForRoot x1")
            #expect(try crowd.connect(17, as: 0) == "connections x1, healthy x16")
            // Who is in stays in.
            #expect(try client.call("system.health")["healthy"] == true)
        }
    }

    @Test func whatPassesTheLimitOfRequestsInFlightWaits() async throws {
        try await withDaemon { daemon, client in
            try daemon.simulated.add("net1", .net)
            for device in ["net0", "net1"] { try daemon.hold(device) }
            try daemon.simulated.stick("net0", .suspend)
            let ids = try client.pipeline(
                Array(repeating: ("device.suspend", ["device": "net0"]), count: 31) + [("system.health", [:])])
            #expect(try client.nextReply() == ids[31], "the 32nd is taken")
            let more = try client.pipeline(["net0", "net1"].map { ("device.suspend", ["device": .string($0)]) })
            // The last one has not reached its device: another client's, which comes later, is the first there.
            #expect(try daemon.connect().call("device.suspend", ["device": "net1"])["wasSuspended"] == false)
            #expect(try daemon.simulated.count("net1", .suspend) == 1)
            try daemon.simulated.unstick("net0", .suspend)
            for id in ids[..<31] + [more[0]] { #expect(try client.result(of: id)["runState"] == "suspended") }
            #expect(try client.result(of: more[1])["wasSuspended"] == true)
            #expect(try daemon.simulated.count("net1", .suspend) == 2)
        }
    }

    // MARK: Descriptors

    @Test func descriptorsThatTheKernelDropsAreAnsweredAndNoneIsLeft() async throws {
        try await withDaemon { daemon, client in
            let process = try #require(daemon.process)
            let null = SharedDescriptor(try Files.openReadWrite("/dev/null"))
            _ = try client.failure("device.status", ["device": "net0"], descriptors: [null])
            let before = try process.descriptorCount
            try process.withoutFurtherDescriptors {
                let failure = try client.failure("device.status", ["device": "net0"], descriptors: [null])
                #expect(failure.name == "internalError", "\(failure)")
                #expect(try client.call("system.health")["healthy"] == true)
            }
            for (promised, count) in [(0, 1), (1, 0), (1, 2), (2, 1), (64, 64), (64, 63), (65, 65), (1, 253)] {
                let request = client.makeRequest("system.info", [:]).request.setting("fds", to: JSONValue(promised))
                try client.connection.send(request, descriptors: Array(repeating: null, count: count))
                let reply = try #require(try client.connection.receive())
                #expect((reply["result"] != nil) == (promised == 0), "\(promised), \(count): \(reply)")
            }
            try wait(until: "every descriptor is closed") { try process.descriptorCount <= before }
        }
    }

    // MARK: Clients that come and go

    @Test(.timeLimit(.minutes(5))) func thirtyThousandConnectionsLeaveNothing() async throws {
        try await withDaemon { daemon, client in
            let process = try #require(daemon.process)
            _ = try client.call("system.health")
            let descriptors = try process.descriptorCount
            try self.comeAndGo(3_000, to: daemon)
            let memory = try process.residentKilobytes
            try self.comeAndGo(30_000, to: daemon)
            try wait(until: "every descriptor is closed") { try process.descriptorCount <= descriptors }
            // 100 bytes that each would leave are 3,000 kB.
            let growth = try process.residentKilobytes - memory
            #expect(growth < 2_048, "\(growth) kB more than before")
        }
    }

    /// A third goes at once, a third within a line, a third when it has been answered.
    private func comeAndGo(_ count: Int, to daemon: DaemonUnderTest) throws {
        for number in 0..<count {
            let connection = try LineConnection(to: daemon.socket)
            switch number % 3 {
            case 0: break
            case 1: try connection.send(bytes: Array(Self.healthLine.prefix(number % Self.healthLine.count)))
            default:
                try connection.send(bytes: Self.healthLine)
                #expect(try connection.receive()?["result"]?["healthy"] == true)
            }
        }
        let witness = try daemon.connect()
        #expect(try witness.call("system.health")["healthy"] == true)
    }

    // MARK: Clients that are deaf or slow

    @Test func deafClientsCostBoundedMemory() async throws {
        try await withDaemon { daemon, client in
            let process = try #require(daemon.process)
            let request = client.makeRequest("rpc.discover", [:]).request.jsonText() + "\n"
            let replyBytes = try client.call("rpc.discover").jsonBytes().count
            let before = try process.residentKilobytes
            var deaf: [LineConnection] = []
            let count = 30
            for _ in 0..<count {
                let connection = try LineConnection(to: daemon.socket)
                try connection.send(text: String(repeating: request, count: 100))
                deaf.append(connection)
            }
            for _ in 0..<50 { #expect(try client.call("system.health")["healthy"] == true) }
            let growth = try process.residentKilobytes - before
            // The limit of unread bytes and the reply that passed it, in an array that may have doubled.
            let bound = count * 2 * (262_144 + replyBytes) / 1_024
            #expect(growth < bound, "\(growth) kB for \(count) clients, replies of \(replyBytes) bytes")
        }
    }

    /// The one test of speed: a client's median while 200 others have a line under way, of which one sends a byte at the
    /// beginning of each call, is at most 1.5 times its median alone.
    ///
    /// The calls go in turn to two daemons, of which only one has slow clients, so that what else the machine does slows both;
    /// the median of several rounds counts.
    @Test func slowClientsDoNotSlowABusyOne() async throws {
        try await withDaemon { daemon, _ in
            let other = try DaemonUnderTest()
            try other.start()
            // Without the contract, so that the time is not that of checking the replies. Beside a slow client in both cases:
            // what it costs this process to send a byte is in both times.
            let besideOne = try LineConnection(to: other.socket, nil)
            let besideMany = try LineConnection(to: daemon.socket, nil)
            let one = try SlowClients(1, of: other.socket)
            let many = try SlowClients(200, of: daemon.socket)
            let ratios = try (0..<9).map { _ in
                var times: (one: [UInt64], many: [UInt64]) = ([], [])
                for _ in 0..<400 {
                    times.one.append(try self.timeOfCall(over: besideOne) { try one.drip() })
                    times.many.append(try self.timeOfCall(over: besideMany) { try many.drip() })
                }
                return Double(times.many.median) / Double(times.one.median)
            }
            #expect(ratios.median <= 1.5, "the medians' ratios: \(ratios)")
        }
    }

    /// Nanoseconds, those of `beginning` included.
    func timeOfCall(over connection: LineConnection, beginning: () throws -> Void = {}) throws -> UInt64 {
        let start = MonotonicInstant.now
        try beginning()
        try connection.send(bytes: Self.healthLine)
        _ = try connection.receive()
        return MonotonicInstant.now.nanoseconds - start.nanoseconds
    }
}

extension Array where Element: Comparable {
    /// The middle one, of which half are smaller.
    var median: Element { sorted()[count / 2] }
}

/// Clients that send a line byte by byte.
final class SlowClients {
    private let connections: [LineConnection]
    private var next = 0

    init(_ count: Int, of socket: String) throws {
        connections = try (0..<count).map { _ in try LineConnection(to: socket, nil) }
        for _ in connections { try drip() }
    }

    /// The next one sends a byte.
    func drip() throws {
        try connections[next].send(bytes: [UInt8(ascii: " ")])
        next = (next + 1) % connections.count
    }
}

/// Connections of other users, which another process makes: a process that connects as somebody else is that user as a whole.
final class Crowd {
    private let process: SpawnedProcess
    private let commands: FIFO
    private let daemon: DaemonUnderTest
    private var lines = 0

    /// Reads "COUNT UID" lines from a fifo; connects that often as that user, sends a request over each connection and prints
    /// what came back. The connections that were not refused stay open.
    private static let program = #"""
        use Socket; $| = 1; my @kept;
        open(my $in, "<", $ARGV[1]) or die;
        while (my $line = <$in>) {
            my ($count, $uid) = split ' ', $line; my %seen; $> = $uid;
            for (1..$count) {
                socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
                connect($s, sockaddr_un($ARGV[0])) or die "connect: $!";
                send($s, qq({"jsonrpc":"2.0","id":1,"method":"system.health"}\n), 0x4000);
                my $reply = <$s>;
                my $what = $reply =~ /"limit":\{"name":"(\w+)"/ ? $1 : $reply =~ /"code":(\d+)/ ? $1
                    : $reply =~ /"healthy":true/ ? "healthy" : "?";
                $seen{$what}++; push @kept, $s unless $what =~ /^connections/;
            }
            $> = 0;
            print join(", ", map { "$_ x$seen{$_}" } sort keys %seen), "\n";
        }
        """#

    init(of daemon: DaemonUnderTest) throws {
        self.daemon = daemon
        // There may be several of them.
        let name = "\(daemon.directory.path)/crowd-\(UInt32.random(in: .min ... .max))"
        commands = try FIFO(name + ".fifo")
        process = try SpawnedProcess(
            "/usr/bin/perl", ["-e", Self.program, daemon.socket, commands.path],
            outputPath: name + ".log")
    }

    /// How many connections as this user got which answer.
    func connect(_ count: Int, as uid: Int) throws -> String {
        try begin(count, as: uid)
        return try finish()
    }

    /// Has this user connect so often; `finish` waits for it.
    func begin(_ count: Int, as uid: Int) throws {
        try commands.write("\(count) \(uid)\n")
        lines += 1
    }

    /// How many of the connections that were begun last got which answer.
    func finish() throws -> String {
        try wait(until: "they have connected: \(process.output)", within: 60_000) {
            guard process.isRunning else { throw HarnessError(process.output) }
            return process.output.split(separator: "\n").count >= lines
        }
        return String(process.output.split(separator: "\n")[lines - 1])
    }
}

extension SpawnedProcess {
    /// Runs `body` while the process can have no further descriptor.
    fileprivate func withoutFurtherDescriptors(_ body: () throws -> Void) throws {
        try setDescriptorLimit("3:")
        defer { try? setDescriptorLimit("65536:") }
        try body()
    }

    /// With prlimit(1); Glibc's prlimit(2) is not visible to Swift.
    private func setDescriptorLimit(_ limit: String) throws {
        let change = try SpawnedProcess(
            "/usr/bin/prlimit", ["--pid", "\(processID)", "--nofile=\(limit)"], outputPath: outputPath + ".prlimit")
        guard try change.waitForExit() == .status(0) else { throw HarnessError("prlimit: \(change.output)") }
    }
}
