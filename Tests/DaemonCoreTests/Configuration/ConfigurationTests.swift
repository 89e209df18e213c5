import JSON
import JSONRPC
import Logging
import Testing
import Virtio

@testable import DaemonCore

@Suite("The configuration file")
struct ConfigurationTests {
    /// What a limit may be, as systemd/vdpad.json states it too.
    struct LimitRange: CustomTestStringConvertible {
        let name: String
        let lowest: Int
        let highest: Int

        init(_ name: String, _ lowest: Int, _ highest: Int) {
            self.name = name
            self.lowest = lowest
            self.highest = highest
        }

        var testDescription: String { name }

        /// A configuration that sets this limit, and beside it what has to agree with it.
        func configuration(_ value: String) -> String {
            switch name {
            case "connections": #"{"limits": {"connections": \#(value), "connectionsKeptForRoot": 0}}"#
            case "connectionsKeptForRoot": #"{"limits": {"connections": 65536, "connectionsKeptForRoot": \#(value)}}"#
            default: #"{"limits": {"\#(name)": \#(value)}}"#
            }
        }
    }

    static let ranges = [
        LimitRange("lineBytes", 1_024, 67_108_864), LimitRange("replyBytes", 1_024, 67_108_864),
        LimitRange("depth", 16, 1_000), LimitRange("idBytes", 36, 4_096), LimitRange("batchRequests", 1, 1_024),
        LimitRange("descriptors", 1, 253), LimitRange("connections", 1, 65_536),
        LimitRange("connectionsPerUID", 1, 65_536), LimitRange("connectionsKeptForRoot", 0, 65_535),
        LimitRange("connectionsReadonly", 1, 65_536), LimitRange("requestsInFlight", 1, 1_024),
        LimitRange("partialLineMs", 100, 3_600_000),
        LimitRange("unreadReplyBytes", 4_096, 67_108_864), LimitRange("unreadReplyMs", 100, 3_600_000),
        LimitRange("defaultDeadlineMs", 1, 3_600_000),
    ]

    private func read(_ text: String) throws(ConfigurationError) -> Configuration {
        try ConfigurationFile(named: "vdpad.json").parse(Array(text.utf8))
    }

    private func message(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> String {
        let error = try #require(throws: ConfigurationError.self, sourceLocation: sourceLocation) { try read(text) }
        return error.description
    }

    private func value(of name: String, in configuration: Configuration) throws -> Int {
        if name == "defaultDeadlineMs" { return Int(configuration.limits.defaultDeadlineMs) }
        return configuration.limits.protocolLimits[try #require(RPCLimits.Name(rawValue: name))]
    }

    // MARK: What can be said

    @Test func anEmptyObjectSaysNothing() throws {
        #expect(try read("{}") == Configuration())
        #expect(try read(#"{"limits": {}}"#) == Configuration())
        #expect(Configuration().limits.protocolLimits == RPCLimits())
        #expect(Configuration().limits.defaultDeadlineMs == 30_000)
    }

    @Test func everythingCanBeSaid() throws {
        let configuration = try read(
            #"{"sockets": {"control": {"path": "/a"}}, "stateDirectory": "/b", "stopBitDevices": ["net0"], "logLevel": "debug","#
                + #""limits": {"depth": 20}}"#)
        #expect(configuration.sockets.control.path == "/a")
        #expect(configuration.stateDirectory == "/b")
        #expect(configuration.stopBitDevices.map(\.string) == ["net0"])
        #expect(configuration.logLevel == .debug)
        #expect(configuration.limits.protocolLimits.depth == 20)
    }

    @Test(arguments: Logger.Level.allCases) func everyLevelHasAName(level: Logger.Level) throws {
        #expect(try read(#"{"logLevel": "\#(level.rawValue)"}"#).logLevel == level)
    }

    /// A limit that is added to the contract and forgotten here fails this test.
    @Test func everyLimitOfTheContractCanBeConfigured() {
        let reported = RPCLimits.Name.allCases.map(\.rawValue) + ["defaultDeadlineMs"]
        #expect(Self.ranges.map(\.name) == reported)
        guard case .object(let properties) = ConfiguredLimits.definition.kind else {
            Issue.record("no object")
            return
        }
        #expect(properties.map(\.name) == reported)
    }

    @Test(arguments: ranges) func theEndsOfTheRangeAreReached(range: LimitRange) throws {
        for end in [range.lowest, range.highest] {
            let configuration = try read(range.configuration("\(end)"))
            #expect(try value(of: range.name, in: configuration) == end)
        }
    }

    /// A limit sets itself and no other.
    @Test(arguments: ranges) func theOtherLimitsKeepTheirDefaults(range: LimitRange) throws {
        let configuration = try read(range.configuration("\(range.lowest)"))
        for other in Self.ranges where other.name != range.name && !other.name.hasPrefix("connections") {
            #expect(try value(of: other.name, in: configuration) == value(of: other.name, in: Configuration()))
        }
    }

    @Test func theLongestSocketPathIsThatOfAnAddress() throws {
        let longest = "/" + String(repeating: "s", count: 106)
        let text = #"{"sockets": {"admin": {"path": "\#(longest)"}}}"#
        #expect(try read(text).sockets.admin.path == longest)
        #expect(
            try message(text.replacing("ss", with: "sss", maxReplacements: 1))
                == "vdpad.json:1:32: sockets.admin.path: 108 bytes are longer than the limit of 107")
    }

    @Test func metricsGoToAFileThatTheCollectorReads() throws {
        #expect(try read("{}").metrics == ConfiguredMetrics())
        let configured = try read(#"{"metrics": {"file": "/m/vdpad.prom", "intervalMs": 1000}}"#).metrics
        #expect(configured.file == "/m/vdpad.prom")
        #expect(configured.intervalMs == 1_000)
        #expect(
            try message(#"{"metrics": {"file": "/m/vdpad.txt"}}"#)
                == #"vdpad.json:1:22: metrics.file: expected a path that ends with .prom, found "/m/vdpad.txt""#
        )
        #expect(
            try message(#"{"metrics": {"file": "vdpad.prom"}}"#)
                == #"vdpad.json:1:22: metrics.file: expected an absolute path, found "vdpad.prom""#)
        #expect(
            try message(#"{"metrics": {"intervalMs": 999}}"#)
                == "vdpad.json:1:28: metrics.intervalMs: 999 is out of range 1000...3600000")
    }

    @Test func commentsMayStandWhereSpaceMay() throws {
        let text = """
            // First.
            {   // Then "depth": 17,
                /* "depth": 18,
                */ "limits": { "depth": /* 19 */ 20 }, // "depth": 21
                "declarations": "/a//b" // The path has two slashes.
            }
            // Last.
            """
        let configuration = try read(text)
        #expect(configuration.limits.protocolLimits.depth == 20)
        #expect(configuration.declarations == "/a//b")
    }

    // MARK: What is refused

    @Test(arguments: ranges) func beyondTheRangeIsRefusedWithMemberValueAndRange(range: LimitRange) throws {
        for value in [range.lowest - 1, range.highest + 1] {
            let text = range.configuration("\(value)")
            let error = try message(text)
            #expect(error.hasPrefix("vdpad.json:1:"), "\(error)")
            #expect(
                error.hasSuffix(
                    ": limits.\(range.name): \(value) is out of range \(range.lowest)...\(range.highest)"), "\(error)")
        }
    }

    @Test(arguments: ranges) func anotherTypeIsRefused(range: LimitRange) throws {
        for value in ["\"17\"", "true", "null", "[17]", "{}", "17.5"] {
            let error = try message(range.configuration(value))
            #expect(error.contains("limits.\(range.name): expected an integer, found "), "\(error)")
        }
    }

    @Test(arguments: [
        ("[]", "vdpad.json:1:1: expected an object, found an array"),
        (#"{"limits": []}"#, "vdpad.json:1:12: limits: expected an object, found an array"),
        (#"{"limits": null}"#, "vdpad.json:1:12: limits: expected an object, found null"),
        (#"{"declarations": 1}"#, "vdpad.json:1:18: declarations: expected a string, found 1"),
        (#"{"declarations": ""}"#, #"vdpad.json:1:18: declarations: expected an absolute path, found """#),
        (
            #"{"sockets": {"control": {"path": "a/b"}}}"#,
            #"vdpad.json:1:34: sockets.control.path: expected an absolute path, found "a/b""#
        ),
        (
            #"{"sockets": {"control": {"mode": "0888"}}}"#,
            #"vdpad.json:1:34: sockets.control.mode: expected three octal digits such as 0660, found "0888""#
        ),
        (
            #"{"sockets": {"admin": {"path": "/a", "mode": "0666"}}}"#,
            #"vdpad.json:1:38: sockets.admin: unknown member "mode""#
        ),
        (
            #"{"sockets": {"control": {"path": "/a"}, "admin": {"path": "/a"}}}"#,
            "vdpad.json:1:59: sockets.admin.path: /a is the path of control too"
        ),
        (
            #"{"declarations": "/a\u0000b"}"#,
            #"vdpad.json:1:18: declarations: expected an absolute path, found "/a\u0000b""#
        ),
        (
            #"{"stateDirectory": "state"}"#,
            #"vdpad.json:1:20: stateDirectory: expected an absolute path, found "state""#
        ),
        (
            #"{"logLevel": "loud"}"#,
            #"vdpad.json:1:14: logLevel: "loud" is not one of trace, debug, info, notice, warning, error, critical"#
        ),
        (#"{"lmits": {}}"#, #"vdpad.json:1:2: unknown member "lmits""#),
        (
            #"{"limits": {"depth": 20, "dept": 21}}"#,
            #"vdpad.json:1:26: limits: unknown member "dept""#
        ),
        (
            #"{"limits": {"connections": 16}}"#,
            "vdpad.json:1:12: limits: connectionsKeptForRoot, 16, must be less than connections, 16"
        ),
    ])
    func whatIsWrongIsNamedWithItsPlace(text: String, description: String) throws {
        #expect(try message(text) == description)
    }

    @Test(arguments: [
        ("", "vdpad.json:1:1: no value"),
        ("// nothing else\n", "vdpad.json:2:1: no value"),
        ("{\n  \"limits\": {\n    \"depth\": 20,\n  }\n}", "vdpad.json:4:3: '}' where a member's name is expected"),
        ("{\n  \"depth\": 20\n  \"depth\": 20\n}", "vdpad.json:3:3: '\"' where ',' or '}' is expected"),
        (#"{"node": {}, "node": {}}"#, #"vdpad.json:1:14: duplicate member "node""#),
        ("{} {}", "vdpad.json:1:4: bytes after the value"),
        ("{\n/* open", "vdpad.json:2:1: comment without an end"),
        ("{\r\n # no comment\r\n}", "vdpad.json:2:2: '#' where a member's name is expected"),
        ("\u{feff}{}", "vdpad.json:1:1: byte order mark"),
    ])
    func textThatIsNotJSONIsRefusedWithItsPlace(text: String, description: String) throws {
        #expect(try message(text) == description)
    }

    /// Comments and lines before it do not move a place, and a column counts characters.
    @Test func placesAreThoseOfTheFile() throws {
        let text = """
            // Größe
            {
                "declarations": /* größer */ "/é", "limits": {
                    /* two
                       lines */ "depth": 15
                }
            }
            """
        #expect(try message(text) == "vdpad.json:5:30: limits.depth: 15 is out of range 16...1000")
        #expect(
            try message(text.replacing("\"/é\", ", with: "\"/é\", \"x\": 1, "))
                == "vdpad.json:5:30: limits.depth: 15 is out of range 16...1000")
        #expect(
            try message(text.replacing("15", with: "16").replacing("\"/é\", ", with: "\"/é\", \"x\": 1, "))
                == "vdpad.json:3:40: unknown member \"x\"")
    }
}
