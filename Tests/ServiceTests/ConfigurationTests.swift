import JSON
import LinuxIO
import Testing
import VDPA

@Suite("The configuration is in force")
struct ConfigurationTests {
    /// Runs a test with a daemon that has these limits.
    private func withLimits(
        _ limits: JSONValue, _ body: @Sendable (DaemonUnderTest) throws -> Void
    ) async throws {
        try await withSimulatedHost { daemon in
            let configuration: JSONValue = ["limits": limits]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            try body(daemon)
            #expect(daemon.process?.isRunning == true, "\(daemon.log)")
        }
    }

    @Test func systemInfoReportsEveryLimit() async throws {
        let limits: JSONValue = [
            "lineBytes": 4_096, "replyBytes": 2_000_000, "depth": 17, "idBytes": 40, "batchRequests": 3,
            "descriptors": 2, "connections": 20, "connectionsPerUID": 19, "connectionsKeptForRoot": 1,
            "connectionsReadonly": 6,
            "requestsInFlight": 4, "partialLineMs": 1_001, "unreadReplyBytes": 5_000, "unreadReplyMs": 1_002,
            "defaultDeadlineMs": 1_003,
        ]
        try await withLimits(limits) { daemon in
            let reported = try #require(try daemon.connect().call("system.info")["limits"])
            // The one that is not configured.
            #expect(reported == limits.setting("subscriptions", to: 16))
        }
    }

    // MARK: Limits of a line

    /// A limit, a line that reaches it and one that passes it.
    struct LineLimit: Sendable, CustomTestStringConvertible {
        let name: String
        let value: Int
        let reaches: String
        let passes: String
        let code: Int

        var testDescription: String { name }
    }

    private static func request(
        _ method: String = "system.health", id: String = "1", others: String = "", padding: Int = 0
    ) -> String {
        let text = #"{"jsonrpc": "2.0", "id": \#(id), "method": "\#(method)"\#(others)}"#
        return text + String(repeating: " ", count: max(0, padding - text.utf8.count))
    }

    private static func nested(_ levels: Int) -> String {
        let array = String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        return request(others: #", "params": \#(array)"#)
    }

    private static func batch(_ count: Int) -> String {
        "[\(repeatElement(request(), count: count).joined(separator: ","))]"
    }

    private static func id(_ length: Int) -> String {
        request(id: "\"\(String(repeating: "i", count: length))\"")
    }

    static let lineLimits: [LineLimit] = [
        LineLimit(
            name: "lineBytes", value: 1_024, reaches: request(padding: 1_024), passes: request(padding: 1_025),
            code: 1_015),
        LineLimit(name: "replyBytes", value: 2_048, reaches: request(), passes: request("rpc.discover"), code: 1_015),
        LineLimit(name: "depth", value: 16, reaches: nested(15), passes: nested(16), code: -32_700),
        LineLimit(name: "depth", value: 1_000, reaches: nested(999), passes: nested(1_000), code: -32_700),
        LineLimit(name: "idBytes", value: 36, reaches: id(36), passes: id(37), code: -32_600),
        LineLimit(name: "batchRequests", value: 2, reaches: batch(2), passes: batch(3), code: -32_600),
        LineLimit(
            name: "descriptors", value: 1, reaches: request(others: #", "fds": 1"#),
            passes: request(others: #", "fds": 2"#), code: -32_600),
    ]

    @Test(arguments: lineLimits) func aLimitOfALine(limit: LineLimit) async throws {
        try await withLimits(.object([JSONMember(name: limit.name, value: JSONValue(limit.value))])) { daemon in
            let descriptorLimit = limit.name == "descriptors" ? limit.value : 64
            let connection = try LineConnection(
                to: daemon.socket, Conversation(try Contract.published.get(), descriptorLimit: descriptorLimit))
            try connection.send(text: limit.reaches + "\n")
            let within = try #require(try connection.receive())
            #expect(within["error"]?["code"]?.number != limit.code, "\(within)")
            try connection.send(text: limit.passes + "\n")
            let beyond = try #require(try connection.receive())
            #expect(beyond["error"]?["code"]?.number == limit.code, "\(beyond)")
            #expect(beyond["error"]?["data"]?["message"]?.text?.contains("\(limit.value)") == true, "\(beyond)")
            // The connection lives.
            try connection.send(text: Self.request() + "\n")
            #expect(try connection.receive()?["result"]?["healthy"] == true)
        }
    }

    // MARK: Limits of a connection

    @Test func connections() async throws {
        try await withLimits(["connections": 3, "connectionsKeptForRoot": 0]) { daemon in
            var connections: [LineConnection] = []
            for _ in 0..<3 {
                let connection = try LineConnection(to: daemon.socket)
                try connection.send(text: Self.request() + "\n")
                #expect(try connection.receive()?["result"]?["healthy"] == true)
                connections.append(connection)
            }
            let refusal = try LineConnection(to: daemon.socket).receive()
            #expect(refusal?["error"]?["data"]?["limit"] == ["name": "connections", "value": 3])
        }
    }

    /// Behind a call that does not return nothing is taken; by default the second request would be answered at once.
    @Test func requestsInFlight() async throws {
        try await withLimits(["requestsInFlight": 1]) { daemon in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            let client = try daemon.connect()
            let ids = try client.pipeline([("device.suspend", ["device": "net0"]), ("system.health", [:])])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
            // What came with the suspend has had its chance when the daemon answers others.
            for _ in 0..<3 { _ = try daemon.connect().call("system.health") }
            try daemon.simulated.unstick("net0", .suspend)
            #expect(try [client.nextReply(), client.nextReply()] == ids)
        }
    }

    @Test func partialLineMs() async throws {
        try await withLimits(["partialLineMs": 100]) { daemon in
            let connection = try LineConnection(to: daemon.socket)
            try connection.send(text: "{")
            let refusal = try connection.receive()
            #expect(refusal?["error"]?["data"]?["limit"] == ["name": "partialLineMs", "value": 100])
            #expect(try connection.receive() == nil)
        }
    }

    /// By default the daemon would take no request behind so many replies that nobody reads.
    @Test func unreadReplyBytes() async throws {
        try await withLimits(["unreadReplyBytes": 67_108_864]) { daemon in
            try daemon.hold("net0")
            let client = try daemon.connect()
            _ = try client.pipeline(
                Array(repeating: ("rpc.discover", [:]), count: 30) + [("device.suspend", ["device": "net0"])])
            try wait(until: "SUSPEND is called") { try daemon.simulated.count("net0", .suspend) == 1 }
        }
    }

    @Test func unreadReplyMs() async throws {
        try await withLimits(["unreadReplyMs": 100]) { daemon in
            let process = try #require(daemon.process)
            let deaf = try LineConnection(to: daemon.socket)
            try deaf.send(text: Self.request() + "\n")
            #expect(try deaf.receive()?["result"]?["healthy"] == true)
            let before = try process.descriptorCount
            try deaf.send(text: String(repeating: Self.request("rpc.discover") + "\n", count: 30))
            try wait(until: "the connection is closed") { try process.descriptorCount < before }
        }
    }

    @Test func defaultDeadlineMs() async throws {
        try await withLimits(["defaultDeadlineMs": 100]) { daemon in
            try daemon.hold("net0")
            try daemon.simulated.stick("net0", .suspend)
            try daemon.connect().failure("device.suspend", ["device": "net0"], is: "deadlineExceeded")
            try daemon.simulated.unstick("net0", .suspend)
        }
    }

    /// Beyond what the system allows the daemon says so and serves.
    @Test func moreConnectionsThanOpenFilesAreWarnedOf() async throws {
        try await withSimulatedHost { daemon in
            let file = try daemon.configure(#"{"limits": {"connections": 300}}"#)
            let process = try SpawnedProcess(
                "/usr/bin/prlimit",
                ["--nofile=200:200", try DaemonUnderTest.product("vdpad")] + daemon.arguments + ["--config", file],
                outputPath: daemon.directory.path + "/limited.log")
            try wait(until: "the daemon listens: \(process.output)") {
                (try? LineConnection(to: daemon.socket)) != nil
            }
            for part in ["warning", "limits.connections", "connections=300", "openFiles=200", "needed=664"] {
                #expect(process.output.contains(part), "\(process.output)")
            }
        }
    }

    // MARK: What goes before what

    @Test func theConfigurationNamesSocketStateDirectoryAndLogLevel() async throws {
        try await withSimulatedHost { daemon in
            let configuration: JSONValue = [
                "sockets": ["control": ["path": .string(daemon.socket)]],
                "stateDirectory": .string(daemon.stateDirectory),
                "logLevel": "warning",
            ]
            let file = try daemon.configure(configuration.jsonText())
            let process = try daemon.spawn([
                "--simulate", "--simulated-host", daemon.simulatedSocket, "--config", file,
            ])
            try wait(until: "the daemon listens: \(process.output)") {
                (try? LineConnection(to: daemon.socket)) != nil
            }
            #expect(try daemon.connect().call("system.info")["host"] == "simulated")
            #expect(try Files.exists(daemon.stateDirectory))
            #expect(!process.output.contains("vdpad serves"), "\(process.output)")
        }
    }

    @Test(arguments: [true, false]) func aFlagAndTheEnvironmentGoBeforeTheConfiguration(isFlag: Bool) async throws {
        try await withSimulatedHost { daemon in
            let configured = daemon.directory.path + "/configured.sock"
            let configuration: JSONValue = [
                "sockets": ["control": ["path": .string(configured)]], "stateDirectory": .string(daemon.stateDirectory),
            ]
            let file = try daemon.configure(configuration.jsonText())
            let process = try daemon.spawn(
                ["--simulate", "--simulated-host", daemon.simulatedSocket, "--config", file]
                    + (isFlag ? ["--socket", daemon.socket] : []),
                environment: isFlag ? [] : ["VDPAD_SOCKET=\(daemon.socket)"])
            try wait(until: "the daemon listens: \(process.output)") {
                (try? LineConnection(to: daemon.socket)) != nil
            }
            #expect(try !Files.exists(configured))
            let members = try #require(try daemon.connect().call("config.get")["members"]?.elements)
            for (name, origin) in [
                ("sockets.control.path", isFlag ? "flag" : "environment"), ("stateDirectory", "file"),
                ("logLevel", "default"),
            ] {
                let member = members.first { $0["name"]?.text == name }
                #expect(member?["origin"]?.text == origin, "\(name)")
            }
        }
    }

    // MARK: Wrong configurations

    static let wrong: [(String, String)] = [
        ("{\n  \"limits\": {\n    \"depth\": 15\n  }\n}", ":3:14: limits.depth: 15 is out of range 16...1000"),
        ("{\n  \"limit\": {}\n}", ":2:3: unknown member \"limit\""),
        ("{\n  \"logLevel\": 3\n}", ":2:15: logLevel: expected a string, found 3"),
        ("{\n  \"limits\": {},\n}", ":3:1: '}' where a member's name is expected"),
        ("", ":1:1: no value"),
    ]

    @Test(arguments: wrong) func aWrongConfigurationIsRefusedWithItsPlace(text: String, message: String) async throws {
        try await withSimulatedHost { daemon in
            let file = try daemon.configure(text)
            for arguments in [["--check-config"], daemon.arguments] {
                let process = try daemon.spawn(arguments + ["--config", file])
                #expect(try process.waitForExit() == .status(78))
                #expect(process.output == "\(file)\(message)")
            }
            #expect(try !Files.exists(daemon.stateDirectory))
            #expect(try !Files.exists(daemon.socket))
        }
    }

    @Test(arguments: [("missing.json", "ENOENT"), (".", "EISDIR"), ("host.sock/vdpad.json", "ENOTDIR")])
    func aFileThatCannotBeReadIsNamedWithTheReason(name: String, reason: String) async throws {
        try await withSimulatedHost { daemon in
            let file = "\(daemon.directory.path)/\(name)"
            for arguments in [["--check-config"], daemon.arguments] {
                let process = try daemon.spawn(arguments + ["--config", file])
                #expect(try process.waitForExit() == .status(78))
                #expect(process.output.hasPrefix("\(file): cannot be read: \(reason)"), "\(process.output)")
            }
        }
    }

    @Test func checkingARightConfigurationTouchesNothingElse() async throws {
        try await withSimulatedHost { daemon in
            let configuration: JSONValue = [
                "sockets": ["control": ["path": .string(daemon.socket)]],
                "stateDirectory": .string(daemon.stateDirectory),
            ]
            let file = try daemon.configure("// A comment.\n" + configuration.jsonText())
            // Besides what the harness makes of the output.
            let files = { try Files.list(daemon.directory.path).filter { !$0.hasSuffix(".log") } }
            let before = try files()
            let process = try daemon.spawn(["--check-config", "--config", file])
            #expect(try process.waitForExit() == .status(0))
            #expect(process.output == "\(file): ok")
            #expect(try files() == before)
        }
    }

    /// Nobody has to write a configuration.
    @Test(.enabled(if: (try? Files.exists("/etc/vdpad/vdpad.json")) == false, "this machine has a configuration"))
    func withoutAFileTheDefaultsAreInForce() async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn(["--check-config"])
            #expect(try process.waitForExit() == .status(0))
            #expect(process.output == "/etc/vdpad/vdpad.json: not there; the defaults are in force")
        }
    }
}
