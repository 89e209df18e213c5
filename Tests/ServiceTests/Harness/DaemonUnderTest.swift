import Glibc
import JSON
import LinuxIO
import SystemPackage
import Testing
import VDPA

/// The daemon's binary with a simulated host, both in processes of their own, in a directory of their own.
final class DaemonUnderTest {
    let directory: TemporaryDirectory
    let simulated: SimulatedHostClient
    private let simulatedProcess: SpawnedProcess
    private(set) var process: SpawnedProcess?
    private var starts = 0

    var socket: String { directory.path + "/vdpad.sock" }
    var stateDirectory: String { directory.path + "/state" }
    var simulatedSocket: String { directory.path + "/host.sock" }
    var arguments: [String] {
        [
            "--simulate", "--socket", socket, "--state-directory", stateDirectory, "--simulated-host", simulatedSocket,
        ]
    }

    /// A simulated host without a daemon.
    init() throws {
        directory = try TemporaryDirectory()
        let socket = directory.path + "/host.sock"
        let child = try SpawnedProcess(
            try Self.product("vdpad"), ["simulated-host", "--socket", socket],
            outputPath: directory.path + "/simulated-host.log")
        var client: SimulatedHostClient?
        try wait(until: "the simulated host listens: \(child.output)") {
            client = try? SimulatedHostClient(to: socket)
            return client != nil
        }
        guard let client else { throw HarnessError("no simulated host") }
        simulatedProcess = child
        simulated = client
    }

    /// A program that was built together with the tests.
    static func product(_ name: String) throws -> String {
        let bundle = try Files.readLink("/proc/self/exe")
        guard let slash = bundle.lastIndex(of: "/") else { throw HarnessError("where is \(bundle)?") }
        return "\(bundle[..<slash])/\(name)"
    }

    /// Starts a program of ours in the directory.
    func spawn(
        _ arguments: [String], environment: [String] = [], name: String = "vdpad"
    ) throws -> SpawnedProcess {
        starts += 1
        return try SpawnedProcess(
            try Self.product(name), arguments, environment: environment,
            outputPath: "\(directory.path)/\(name)-\(starts).log")
    }

    /// Starts the daemon and waits until it answers.
    func start(_ more: [String] = [], environment: [String] = []) throws {
        let process = try spawn(arguments + more, environment: environment)
        self.process = process
        try wait(until: "the daemon listens: \(process.output)") {
            guard process.isRunning else { throw HarnessError("the daemon has ended: \(process.output)") }
            return (try? LineConnection(to: socket)) != nil
        }
    }

    /// Writes a configuration and returns its path.
    func configure(_ text: String) throws -> String {
        let path = directory.path + "/vdpad.json"
        try Files.replace(path, with: Array(text.utf8).span, mode: 0o600)
        return path
    }

    /// A simulated VMM takes a device, and the daemon, if it runs, has been told; returns the VMM's pid.
    @discardableResult
    func hold(
        _ device: String, command: String = "simulated-vmm", unit: String? = nil, running: Bool = true
    ) throws -> Int {
        let pid = try simulated.hold(device, command: command, unit: unit, running: running)
        guard process != nil else { return pid }
        let client = try connect()
        try wait(until: "the daemon has been told that \(device) was opened") {
            // Not found, until it has been told of the device itself.
            let known = try? client.call("device.get", ["device": .string(device)])
            return known?["device"]?["access"] == "shared"
        }
        return pid
    }

    /// A new connection.
    func connect() throws -> DaemonClient {
        try DaemonClient(to: socket)
    }

    /// A signal to stop, which must end it with status 0.
    func stop(_ signal: Int32 = SIGTERM, sourceLocation: SourceLocation = #_sourceLocation) throws {
        guard let process else { return }
        self.process = nil
        process.send(signal: signal)
        let exit = try process.waitForExit()
        lastLog = process.output
        #expect(exit == .status(0), "\(process.output)", sourceLocation: sourceLocation)
    }

    /// SIGKILL.
    func kill() throws {
        guard let process else { return }
        self.process = nil
        try process.kill()
    }

    /// At the end of a test: the daemon is as it was.
    func expectAlive() {
        guard let process else { return }
        #expect(process.isRunning, "the daemon has ended: \(process.output)")
    }

    /// What the daemon has logged, or the one that was stopped.
    var log: String { process?.output ?? lastLog }
    private var lastLog = ""
}

/// Runs a test with a simulated host and a running daemon.
func withDaemon(
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @Sendable (DaemonUnderTest, DaemonClient) throws -> Void
) async throws {
    try await withSimulatedHost { daemon in
        try daemon.start()
        try body(daemon, try daemon.connect())
        daemon.expectAlive()
    }
}

/// Runs a test with a simulated host; the test starts the daemon itself.
func withSimulatedHost(_ body: @Sendable (DaemonUnderTest) throws -> Void) async throws {
    try await TestThread.run {
        let daemon = try DaemonUnderTest()
        try body(daemon)
    }
}
