import Foundation
import LinuxIO

/// The service, installed from the package that `Tests/run` has made.
enum InstalledService {
    static let units = ["vdpad.service", "vdpad.socket", "vdpad-ro.socket", "vdpad-admin.socket"]
    static let socket = "/run/vdpad/vdpad.sock"
    static let configuration = "/etc/vdpad/vdpad.json"
    private static let vdpactlPath = "/usr/bin/vdpactl"

    /// Installs the service unless it is there; it does not run then, no failure of it is remembered, and its sockets listen.
    static func prepare() async throws {
        try await Guest.loadSimulators(SimulatorParameters())
        if !Guest.exists(vdpactlPath) {
            guard let package = Guest.environment["VDPAD_DEB"] else { throw GuestError("VDPAD_DEB names no package") }
            // A trigger would read all manual pages of this machine.
            try await Guest.run("dpkg", "--no-triggers", "--install", package)
        }
        try await systemctl("stop", "vdpad.service")
        try await systemctl("reset-failed")
        try await systemctl(["start"] + units.dropFirst())
    }

    @discardableResult
    static func systemctl(_ arguments: String...) async throws -> String {
        try await systemctl(arguments)
    }

    @discardableResult
    static func systemctl(_ arguments: [String]) async throws -> String {
        try await run(["systemctl"] + arguments)
    }

    /// A property of the service, such as ActiveState.
    static func property(_ name: String) async throws -> String {
        try await systemctl("show", "--property", name, "--value", "vdpad.service")
    }

    /// The daemon's process.
    static var pid: Int32 {
        get async throws {
            guard let pid = Int32(try await property("MainPID")), pid > 0 else {
                throw GuestError("vdpad.service has no process")
            }
            return pid
        }
    }

    /// Waits until another daemon serves after this one.
    static func waitForNext(after former: Int32) async throws {
        try await wait(until: "active") { try await !["0", "\(former)"].contains(property("MainPID")) }
    }

    /// Waits until the service is in a state, and says what it has written if that takes too long.
    static func wait(until state: String, _ holds: () async throws -> Bool = { true }) async throws {
        let seconds: UInt64 = 60
        let limit = MonotonicInstant.now.advanced(byMilliseconds: seconds * 1_000)
        repeat {
            // Each look is a process of its own, so that this does not spin.
            if try await property("ActiveState") == state, try await holds() { return }
        } while MonotonicInstant.now < limit
        throw GuestError("vdpad.service is not \(state) after \(seconds) s:\n\(try await journal())")
    }

    /// What the service has written since it was installed.
    static func journal() async throws -> String {
        try await run(["journalctl", "--no-pager", "--output", "cat", "--unit", "vdpad.service"])
    }

    /// Calls the installed command line and returns what it prints.
    @discardableResult
    static func vdpactl(_ arguments: String...) async throws -> String {
        try await run([vdpactlPath] + arguments)
    }

    /// The record of a device's stop, as it is on disk; nil when there is none.
    static func record(of device: GuestDevice) throws -> String? {
        try Guest.readIfThere("/run/vdpad/devices/\(device.name).json")
    }

    /// The state that a process is in, and the like: a line of proc_pid_status(5).
    static func status(_ field: String, of pid: Int32) throws -> String {
        let line = try Guest.read("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("\(field):") }
        guard let line else { throw GuestError("process \(pid) has no \(field)") }
        return line.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces)
    }

    private static func run(_ command: [String]) async throws -> String {
        let process = try LineProcess(command[0], Array(command.dropFirst()))
        var output: [String] = []
        while let line = await process.nextLine() { output.append(line) }
        let status = await process.wait() ?? -1
        guard status == 0 else {
            throw GuestError("\(command.joined(separator: " ")): status \(status) \(output.joined(separator: "\n"))")
        }
        return output.joined(separator: "\n")
    }
}
