import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

@Suite("Start and end of the daemon")
struct StartUpTests {
    static let badArguments: [[String]] = [
        ["--no-such-option"], ["--socket"], ["--state-directory"], ["--simulated-host"], ["--log-level"], ["--config"],
        ["--log-level", "loud"], ["argument"], ["--simulate", "--socket"], ["--socket", ""], ["-x"],
    ]

    @Test(arguments: badArguments) func badArgumentsEndWithStatus2AndAreNamed(arguments: [String]) async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn(arguments)
            #expect(try process.waitForExit() == .status(2))
            let named = try #require(arguments.last { !$0.isEmpty })
            #expect(process.output.contains(named), "\(process.output)")
        }
    }

    @Test func aSimulatedHostNeedsSimulate() async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn(["--simulated-host", daemon.simulatedSocket, "--socket", daemon.socket])
            #expect(try process.waitForExit() == .status(2))
        }
    }

    @Test(arguments: [("--help", "--state-directory"), ("--version", "0.1.0")])
    func helpAndVersionGoToStandardOutput(option: String, text: String) async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn([option])
            #expect(try process.waitForExit() == .status(0))
            #expect(process.output.contains(text))
        }
    }

    /// Directories that cannot be: below a file, and in /proc.
    @Test(arguments: ["file/vdpad.sock", "/proc/self/nothing/vdpad.sock", "/dev/null/vdpad.sock"])
    func aSocketThatCannotBeIsNamed(path: String) async throws {
        try await withSimulatedHost { daemon in
            let file = daemon.directory.path + "/file"
            try Files.replace(file, with: Array("x".utf8).span, mode: 0o600)
            let socket = path.hasPrefix("/") ? path : "\(daemon.directory.path)/\(path)"
            let process = try daemon.spawn([
                "--simulate", "--socket", socket, "--state-directory", daemon.stateDirectory,
            ])
            #expect(try process.waitForExit() == .status(1))
            #expect(process.output.contains(socket), "\(process.output)")
        }
    }

    @Test func aSocketPathThatIsTooLongIsNamed() async throws {
        try await withSimulatedHost { daemon in
            let socket = daemon.directory.path + "/" + String(repeating: "s", count: 120)
            let process = try daemon.spawn([
                "--simulate", "--socket", socket, "--state-directory", daemon.stateDirectory,
            ])
            let exit = try process.waitForExit()
            #expect(exit == .status(1) || exit == .status(2), "\(exit)")
            #expect(process.output.contains("ssss"), "\(process.output)")
        }
    }

    @Test(arguments: ["file", "/proc/self/nothing"]) func aStateDirectoryThatCannotBeIsNamed(path: String) async throws
    {
        try await withSimulatedHost { daemon in
            let file = daemon.directory.path + "/file"
            try Files.replace(file, with: Array("x".utf8).span, mode: 0o600)
            let directory = path.hasPrefix("/") ? path : "\(daemon.directory.path)/\(path)"
            let process = try daemon.spawn([
                "--simulate", "--socket", daemon.socket, "--state-directory", directory,
            ])
            #expect(try process.waitForExit() == .status(1))
            #expect(process.output.contains(directory), "\(process.output)")
        }
    }

    @Test func theSocketComesFromTheEnvironment() async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn(["--simulate"], environment: ["VDPAD_SOCKET=\(daemon.socket)"])
            try wait(until: "the daemon listens: \(process.output)") {
                (try? LineConnection(to: daemon.socket)) != nil
            }
            #expect(try daemon.connect().call("system.info")["pid"]?.number == Int(process.processID))
            process.send(signal: SIGTERM)
            #expect(try process.waitForExit() == .status(0))
        }
    }

    /// Without a socket of its own the simulated host is a part of the daemon.
    @Test func simulateAndASocketAreAllThatIsNeeded() async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn(["--simulate", "--socket", daemon.socket])
            try wait(until: "the daemon listens: \(process.output)") {
                (try? LineConnection(to: daemon.socket)) != nil
            }
            let client = try daemon.connect()
            _ = try client.call("device.open", OwnerTests.bringUp)
            #expect(try client.call("device.suspend", ["device": "net0"])["runState"] == "suspended")
            process.send(signal: SIGTERM)
            #expect(try process.waitForExit() == .status(0))
        }
    }

    /// Until roles exist other users are kept out.
    @Test func theSocketIsForItsUserAlone() async throws {
        try await withDaemon { daemon, _ in
            var status = stat()
            let error = unsafe lstat(daemon.socket, &status)
            #expect(error == 0)
            #expect(status.st_mode & 0o777 == 0o600)
        }
    }

    @Test func aRestartNeedsNoHelp() async throws {
        try await withDaemon { daemon, _ in
            try daemon.stop()
            try daemon.start()
            _ = try daemon.connect()
        }
    }

    @Test func aStaleSocketIsReplaced() async throws {
        try await withDaemon { daemon, _ in
            try daemon.kill()
            #expect(try Files.exists(daemon.socket))
            try daemon.start()
            #expect(try daemon.connect().call("system.info")["host"] == "simulated")
        }
    }

    @Test func whatIsNoSocketIsNotReplaced() async throws {
        try await withSimulatedHost { daemon in
            try Files.replace(daemon.socket, with: Array("precious".utf8).span, mode: 0o600)
            let process = try daemon.spawn(daemon.arguments)
            #expect(try process.waitForExit() == .status(1))
            #expect(process.output.contains(daemon.socket), "\(process.output)")
            #expect(try Files.readText(daemon.socket) == "precious")
        }
    }

    @Test func aLiveSocketIsNotTakenOver() async throws {
        try await withDaemon { daemon, client in
            let second = try daemon.spawn([
                "--simulate", "--socket", daemon.socket, "--state-directory", daemon.directory.path + "/state-2",
            ])
            #expect(try second.waitForExit() == .status(1))
            #expect(second.output.contains(daemon.socket), "\(second.output)")
            #expect(try client.call("system.info")["pid"]?.number == daemon.process.map { Int($0.processID) })
            #expect(try daemon.connect().call("system.info")["pid"]?.number == daemon.process.map { Int($0.processID) })
        }
    }

    @Test func twoDaemonsDoNotShareAStateDirectory() async throws {
        try await withDaemon { daemon, client in
            let socket = daemon.directory.path + "/second.sock"
            let second = try daemon.spawn([
                "--simulate", "--socket", socket, "--state-directory", daemon.stateDirectory, "--simulated-host",
                daemon.simulatedSocket,
            ])
            #expect(try second.waitForExit() == .status(1))
            #expect(second.output.contains(daemon.stateDirectory), "\(second.output)")
            #expect(try Files.exists(socket) == false)
            #expect(try client.call("system.health")["healthy"] == true)
            // The lock goes with the process.
            try daemon.kill()
            try daemon.start()
        }
    }

    @Test func theDaemonLeavesNoProcess() async throws {
        try await withSimulatedHost { daemon in
            let process = try daemon.spawn(["--simulate", "--socket", daemon.socket])
            try wait(until: "the daemon listens: \(process.output)") {
                (try? LineConnection(to: daemon.socket)) != nil
            }
            _ = try daemon.connect().call("device.list")
            let path = "/proc/\(process.processID)/task/\(process.processID)/children"
            let children = try Files.readText(path).split(separator: " ")
            #expect(children.isEmpty == false)
            try process.kill()
            try wait(until: "the daemon's children have ended: \(children)") {
                children.allSatisfy { child in
                    guard let state = try? Files.readText("/proc/\(child)/stat") else { return true }
                    return state.contains(") Z ")
                }
            }
        }
    }
}
