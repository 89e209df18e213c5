import Foundation
import LinuxIO

/// The daemon with the kernel's devices, with a socket and a state directory of its own.
///
/// It can be killed and started again in the same place.
actor DaemonInGuest {
    /// Where the socket and the state directory are.
    nonisolated let directory: String
    nonisolated let socket: String
    nonisolated let stateDirectory: String
    /// Where devices are declared.
    nonisolated let declarations: String

    private let executor = ThreadExecutor()
    /// Who has changed something is put on record here.
    nonisolated let audit: String
    /// The configuration's `grants`, as JSON; with any, everybody can connect.
    private let grants: String?
    /// What stands before the daemon's command line, as `unshare --net`.
    private let wrapper: [String]
    private var process: LineProcess?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    init(wrapper: [String] = [], declarations: String? = nil, grants: String? = nil) {
        directory = "/tmp/vdpad-\(UUID().uuidString)"
        socket = directory + "/vdpad.sock"
        stateDirectory = directory + "/state"
        self.declarations = declarations ?? directory + "/devices.d"
        audit = directory + "/audit"
        self.grants = grants
        self.wrapper = wrapper
    }

    /// Starts the daemon; returns when it serves.
    func start() async throws {
        try FileManager.default.createDirectory(atPath: stateDirectory, withIntermediateDirectories: true)
        let configuration = directory + "/vdpad.json"
        let mode = grants == nil ? "0600" : "0666"
        let members =
            #""declarations": "\#(declarations)", "auditFile": "\#(audit)", "grants": \#(grants ?? "[]")"#
        try #"{\#(members), "sockets": {"control": {"mode": "\#(mode)"}}}"#.write(
            toFile: configuration, atomically: true, encoding: .utf8)
        let command =
            try wrapper + [
                Guest.product("vdpad"), "--socket", socket, "--state-directory", stateDirectory, "--log-level",
                "notice", "--config", configuration,
            ]
        let process = try LineProcess(command[0], Array(command.dropFirst()))
        self.process = process
        let limit = MonotonicInstant.now.advanced(byMilliseconds: 30_000)
        while MonotonicInstant.now < limit {
            // Nobody tells when the socket is there; this thread is this actor's own.
            usleep(2_000)
            // A child that a killed predecessor has forked and that has not come to its exec yet may have the listener still.
            guard let client = try? ControlClient(socket: socket), (try? await client.health()) != nil else { continue }
            return
        }
        throw GuestError("the daemon does not serve")
    }

    /// The daemon's process.
    var pid: Int32 {
        get throws {
            guard let process else { throw GuestError("the daemon does not run") }
            return process.processIdentifier
        }
    }

    /// The pids of the daemon's workers, of one role or of all.
    func workers(_ role: String = "") throws -> [Int32] {
        try Guest.workers(of: pid, role)
    }

    /// A new connection.
    nonisolated func connect() throws -> ControlClient {
        try ControlClient(socket: socket)
    }

    /// The record of a device's stop, as it is on disk; nil when there is none.
    nonisolated func record(of device: GuestDevice) throws -> String? {
        try Guest.readIfThere("\(stateDirectory)/devices/\(device.name).json")
    }

    /// The record of what was begun on a device, as it is on disk; nil when nothing is under way.
    nonisolated func change(of device: String) throws -> String? {
        try Guest.readIfThere("\(stateDirectory)/changes/\(device).json")
    }

    /// Sends SIGKILL and waits for the end.
    func kill() async {
        await signal(SIGKILL)
        await waitForEnd()
    }

    /// Sends SIGTERM.
    func terminate() async {
        await signal(SIGTERM)
    }

    /// Waits for the end of a daemon that was told to stop or was killed, and returns its exit status.
    @discardableResult
    func waitForEnd() async -> Int32? {
        defer { process = nil }
        return await process?.wait()
    }

    private func signal(_ number: Int32) async {
        guard let process else { return }
        await process.signal(number, to: process.processIdentifier)
    }

    /// Runs `vdpactl` against this daemon and returns what it prints; throws when it fails.
    @discardableResult
    nonisolated func vdpactl(_ arguments: String...) async throws -> String {
        let process = try LineProcess(Guest.product("vdpactl"), ["--socket", socket, "-o", "json"] + arguments)
        var output: [String] = []
        while let line = await process.nextLine() { output.append(line) }
        let status = await process.wait() ?? -1
        guard status == 0 else { throw GuestError("vdpactl \(arguments): status \(status)") }
        return output.joined(separator: "\n")
    }
}

extension Guest {
    /// Starts a daemon for the length of a test.
    @discardableResult
    static func withDaemon<Result>(
        wrapper: [String] = [], declarations: String? = nil, grants: String? = nil,
        _ body: (DaemonInGuest) async throws -> Result
    ) async throws -> Result {
        let daemon = DaemonInGuest(wrapper: wrapper, declarations: declarations, grants: grants)
        do {
            try await daemon.start()
            let result = try await body(daemon)
            await daemon.kill()
            return result
        } catch {
            await daemon.kill()
            throw error
        }
    }

    /// The pids of a daemon's workers, of one role or of all.
    static func workers(of daemon: Int32, _ role: String = "") throws -> [Int32] {
        try children(of: daemon).filter { child in
            // A worker that has just ended has no command line any more.
            let command = (try? String(contentsOfFile: "/proc/\(child)/cmdline", encoding: .utf8)) ?? ""
            return command.contains("host-worker\0\(role)")
        }
    }

    /// The processes whose parent is this one.
    static func children(of parent: Int32) throws -> [Int32] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { entry in
            guard let pid = Int32(entry), let fields = try? statFields(of: pid) else { return nil }
            return fields[1] == "\(parent)" ? pid : nil
        }
    }

    /// The fields of `/proc/PID/stat` after the name: the state is the first, field 3 of proc(5).
    static func statFields(of pid: Int32) throws -> [Substring] {
        let text = try read("/proc/\(pid)/stat")
        guard let end = text.lastIndex(of: ")") else { throw GuestError("/proc/\(pid)/stat: \(text)") }
        return text[text.index(after: end)...].split(separator: " ")
    }
}
