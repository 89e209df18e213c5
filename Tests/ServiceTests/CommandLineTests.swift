import DeviceState
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA
import Virtio

@Suite("vdpactl")
struct CommandLineTests {
    /// How a run of vdpactl ended.
    struct Run {
        let status: SpawnedProcess.Exit
        /// Standard output and standard error.
        let output: String

        /// Standard output of `-o json`.
        var json: JSONValue? {
            try? JSONParser.parse(Array(output.utf8).span)
        }
    }

    static func run(
        _ daemon: DaemonUnderTest, _ arguments: String..., sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Run {
        try run(daemon, arguments, sourceLocation: sourceLocation)
    }

    /// What vdpactl and the daemon say to each other is compared with the contract.
    static func run(
        _ daemon: DaemonUnderTest, _ arguments: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Run {
        let relay = try Relay(to: daemon)
        let process = try daemon.spawn(["--socket", relay.path] + arguments, name: "vdpactl")
        try relay.serve(process, sourceLocation: sourceLocation)
        return Run(status: try process.waitForExit(), output: process.output)
    }

    @Test func aWalkThroughTheMainJob() async throws {
        try await withDaemon { daemon, client in
            let pid = try daemon.hold("blk0", command: "qemu-system-x86")
            let list = try Self.run(daemon, "list")
            #expect(list.status == .status(0))
            #expect(list.output.contains("blk0") && list.output.contains("net0"), "\(list.output)")
            let holders = try Self.run(daemon, "holders", "blk0")
            #expect(holders.output.contains("\(pid)") && holders.output.contains("qemu-system-x86"))
            #expect(try Self.run(daemon, "suspend", "blk0").status == .status(0))
            #expect(try client.runState("blk0") == "suspended")
            let stopped = try daemon.simulated.completions("blk0")
            #expect(try Self.run(daemon, "status", "blk0").output.contains("suspended"))
            #expect(try daemon.simulated.completions("blk0") == stopped)
            #expect(try Self.run(daemon, "resume", "blk0").status == .status(0))
            try daemon.simulated.waitForIO("blk0")
        }
    }

    static let looks: [([String], String, JSONValue)] = [
        (["list"], "device.list", [:]), (["show", "net0"], "device.get", ["device": "net0"]),
        (["status", "net0"], "device.status", ["device": "net0"]),
        (["config", "net0"], "device.config", ["device": "net0"]),
        (["holders", "net0"], "device.holders", ["device": "net0"]), (["info"], "system.info", [:]),
        (["call", "mgmtdev.list"], "mgmtdev.list", [:]),
    ]

    @Test(arguments: looks) func jsonIsTheResultAsItIs(
        arguments: [String], method: String, params: JSONValue
    ) async throws {
        try await withDaemon { daemon, client in
            try daemon.hold("net0")
            let run = try Self.run(daemon, ["-o", "json"] + arguments)
            #expect(run.status == .status(0), "\(run.output)")
            let printed = try #require(run.json)
            #expect(printed == (try client.call(method, params)))
        }
    }

    @Test func anOwnDeviceIsOpenedSuspendedExportedAndClosed() async throws {
        try await withDaemon { daemon, client in
            #expect(try Self.run(daemon, "open", "net0", "--initialize").status == .status(0))
            #expect(try Self.run(daemon, "suspend", "net0").status == .status(0))
            let export = try Self.run(daemon, "-o", "json", "state", "export", "net0")
            #expect(export.status == .status(0))
            let document = try #require(export.json?["state"] ?? export.json)
            #expect(try DeviceState.verify(document).completeness.isComplete)
            #expect(try Self.run(daemon, "close", "net0").status == .status(0))
            #expect(try client.runState("net0") == "idle")
        }
    }

    @Test func anErrorHasItsNameAHintAndTheStatusOfItsClass() async throws {
        try await withDaemon { daemon, client in
            func expect(_ status: Int32, _ texts: [String], _ arguments: String...) throws {
                let run = try Self.run(daemon, arguments)
                #expect(run.status == .status(status), "\(arguments): \(run.output)")
                for text in texts { #expect(run.output.contains(text), "\(run.output)") }
            }
            try expect(3, ["deviceNotFound", "net9"], "status", "net9")
            try expect(6, ["notRunning", "hint"], "suspend", "net0")
            let pid = try daemon.hold("net0")
            try expect(5, ["deviceBusy", "\(pid)", "simulated-vmm"], "open", "net0")
            try expect(2, ["confirm"], "reset", "net0")
            try daemon.simulated.withdraw("net0", [.suspend, .resume])
            try expect(6, ["notSupported", "SUSPEND", "RESUME"], "suspend", "net0")
            try daemon.hold("blk0")
            try daemon.simulated.fail("blk0", .suspend, .ioError, times: 1)
            try expect(1, ["Input/output error"], "suspend", "blk0")
            try daemon.simulated.stick("blk0", .suspend)
            try expect(7, ["deadlineExceeded"], "--deadline", "100", "suspend", "blk0")
            try daemon.simulated.unstick("blk0", .suspend)
            try expect(2, ["net/0"], "status", "net/0")
            try expect(2, [], "status")
            try expect(2, ["no-such-command"], "no-such-command")
            try expect(2, ["deadline"], "--deadline", "0", "status", "net0")
            try expect(2, ["methodNotFound"], "call", "no.such")
            try expect(2, ["invalidParams", "bogus"], "call", "device.get", "{\"device\":\"net0\",\"bogus\":1}")
            try daemon.stop()
            let process = try daemon.spawn(["--socket", daemon.socket, "list"], name: "vdpactl")
            #expect(try process.waitForExit() == .status(9))
            #expect(process.output.contains(daemon.socket), "\(process.output)")
        }
    }

    @Test func theSocketComesFromTheEnvironment() async throws {
        try await withDaemon { daemon, _ in
            let relay = try Relay(to: daemon)
            let process = try daemon.spawn(
                ["info"], environment: ["VDPAD_SOCKET=\(relay.path)"], name: "vdpactl")
            try relay.serve(process, sourceLocation: #_sourceLocation)
            #expect(try process.waitForExit() == .status(0), "\(process.output)")
        }
    }
}
