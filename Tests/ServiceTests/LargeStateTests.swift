import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

/// Documents above the limit of a line, which is 1 MiB unless it is configured.
@Suite("Large state documents")
struct LargeStateTests {
    /// A state of `net0` whose document has this length; without one, as long as any may be.
    private static func state(
        _ client: DaemonClient, bytes: Int = DeviceState.maximumLength
    ) throws -> JSONValue {
        try RestoreTests.state(client, "net0") { state in
            state.implementation = [.init(format: "org.example.trace/1", required: false, data: "")]
            let room = bytes - state.jsonBytes().count
            state.implementation[0].data = .string(String(repeating: "a", count: room))
        }
    }

    private static func file(_ daemon: DaemonUnderTest, _ name: String, _ document: JSONValue) throws -> String {
        let path = "\(daemon.directory.path)/\(name)"
        try Files.replace(path, with: document.jsonBytes().span, mode: 0o600)
        return path
    }

    private static func run(_ daemon: DaemonUnderTest, _ arguments: [String]) throws -> CommandLineTests.Run {
        let process = try daemon.spawn(["--socket", daemon.socket] + arguments, name: "vdpactl")
        // A debug build takes seconds for what takes a release build a tenth of one.
        return CommandLineTests.Run(status: try process.waitForExit(within: 120_000), output: process.output)
    }

    @Test func aDaemonNamesItsLimitAndNothingIsDone() async throws {
        try await withDaemon { daemon, client in
            let path = try Self.file(daemon, "large.json", try Self.state(client))
            let opened = try daemon.simulated.count("net0", .open)
            for command in [
                ["state", "check", path, "--device", "net0"],
                ["state", "restore", path, "--device", "net0", "--mode", "owner"],
            ] {
                let run = try Self.run(daemon, command)
                #expect(run.status != .status(0))
                #expect(run.output.contains("limitExceeded"), "\(run.output)")
                #expect(run.output.contains("1048576"), "\(run.output)")
            }
            #expect(try daemon.simulated.count("net0", .open) == opened)
        }
    }

    @Test func withoutADaemonItIsReadAndCompared() async throws {
        try await withDaemon { daemon, client in
            let state = try Self.state(client)
            let path = try Self.file(daemon, "large.json", state)
            #expect(try Files.status(path).size == UInt64(DeviceState.maximumLength))
            let host = try Self.file(
                daemon, "host.json", try #require(try client.call("system.describe")["host"]))
            #expect(try Self.run(daemon, ["state", "verify", path]).status == .status(0))
            #expect(try Self.run(daemon, ["state", "show", path]).output.contains("org.example.trace/1"))
            #expect(try Self.run(daemon, ["state", "diff", path, path]).status == .status(0))
            let check = try Self.run(daemon, ["state", "check", path, host, "--device", "net0"])
            #expect(check.output.contains("implementation"), "\(check.output)")
            // Edited, and longer than any document may be.
            let edited = try Self.file(daemon, "edited.json", state.setting("source", to: [:]))
            #expect(try Self.run(daemon, ["state", "verify", edited]).status == .status(8))
            let text = String(repeating: "a", count: DeviceState.maximumLength)
            let tooLong = try Self.file(daemon, "long.json", state.setting("later", to: .string(text)))
            let long = try Self.run(daemon, ["state", "verify", tooLong])
            #expect(long.output.contains("\(DeviceState.maximumLength)"), "\(long.output)")
            #expect(long.status != .status(0))
        }
    }

    @Test func aDaemonWithALargerLimitTakesIt() async throws {
        try await withSimulatedHost { daemon in
            let configuration: JSONValue = ["limits": ["lineBytes": 16_777_216]]
            try daemon.start(["--config", try daemon.configure(configuration.jsonText())])
            let client = try daemon.connect()
            let path = try Self.file(daemon, "large.json", try Self.state(client, bytes: 2 << 20))
            let check = try Self.run(daemon, ["state", "check", path, "--device", "net0"])
            #expect(check.status == .status(0), "\(check.output)")
            let restored = try Self.run(
                daemon, ["-o", "json", "state", "restore", path, "--device", "net0", "--mode", "owner", "--start"])
            #expect(restored.status == .status(0), "\(restored.output)")
            #expect(restored.json?["runState"] == "running")
        }
    }
}
