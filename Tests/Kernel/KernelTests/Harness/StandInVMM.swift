import Foundation
import LinuxIO

/// A running stand-in VMM: a process that owns vhost-vdpa devices and does I/O on each.
///
/// What it says of several devices are sums.
struct StandInVMM: Sendable {
    /// The command line; what each does is in `StandInVMM --help`.
    struct Options: Sendable {
        /// Requests in flight; 0: no I/O.
        var depth = 4
        /// A request older than this is kicked again; 0: never.
        var kickAgainMs = 50
        /// Requests are submitted at most this often; 0: as often as others complete.
        var paceMs = 0
        var driverOK = true
        /// Where the queues begin; those that are left out at 0.
        var positions: [UInt32] = []
        var dumpable = true
        /// Goes before every other process, so that it sees completions when they come.
        var realtime = false
        /// The user it becomes once the device is open.
        var user: UInt32?
        /// Own user, pid and mount namespaces.
        var newNamespaces = false
        /// The process's first thread exits, and another goes on.
        var leaderless = false
        /// Where it sends the device's descriptor to whoever connects.
        var descriptorSocket: String?
        /// Whether it writes the time of each completion down, for `completions`.
        var log = false
    }

    /// One line of the log.
    struct Completion: Sendable, Hashable {
        /// CLOCK_MONOTONIC, when the VMM saw the completion.
        let nanoseconds: UInt64
        let sequence: UInt64
    }

    /// The first answer.
    struct Ready: Decodable, Sendable {
        /// The process that owns the device, as seen from outside its namespaces.
        let pid: Int32
        let deviceId: UInt32
        let features: UInt64
        let backendFeatures: UInt64
        let queues: Int
    }

    /// What has happened up to now; the rings are looked through before the answer.
    struct Status: Decodable, Sendable {
        let submitted: UInt64
        let completed: UInt64
        /// Network: frames that the device gave back.
        let received: UInt64
        let duplicated: UInt64
        let unknown: UInt64
        let mismatched: UInt64
        let inFlight: Int
        let deviceStatus: UInt8
        let kicksPaused: Bool
        /// CLOCK_MONOTONIC, in nanoseconds.
        let now: UInt64
    }

    /// When the device was done with a request, as far as the VMM can tell: CLOCK_MONOTONIC, in nanoseconds.
    struct Sight: Decodable, Sendable {
        /// When it had last looked, and the request was not done.
        let after: UInt64
        let seen: UInt64
    }

    /// A time without a completion: between two that the VMM saw one after the other.
    struct Gap: Decodable, Sendable {
        let from: Sight
        let to: Sight

        /// How long it was for the device at least, in nanoseconds; the VMM may have looked late.
        var minimumNs: Int64 { Int64(to.after) - Int64(from.seen) }
        /// How long it was for the device at most, in nanoseconds.
        var maximumNs: Int64 { Int64(to.seen) - Int64(from.after) }
    }

    /// How a SUSPEND or RESUME ended.
    struct Call: Decodable, Sendable {
        let errno: Int32
        let ns: UInt64
    }

    /// What came of waiting.
    struct Progress: Decodable, Sendable {
        /// Whether it came about within 10 s.
        let done: Bool
        /// Requests completed while waiting.
        let completed: UInt64
        let inFlight: Int
    }

    /// How everything went.
    struct Summary: Decodable, Sendable {
        let lost: UInt64
        let submitted: UInt64
        let completed: UInt64
        let received: UInt64
        let duplicated: UInt64
        let unknown: UInt64
        let mismatched: UInt64

        /// Every request done once, with the right data.
        var isFlawless: Bool {
            lost == 0 && duplicated == 0 && unknown == 0 && mismatched == 0 && submitted == completed
        }
    }

    private struct Bases: Decodable {
        let bases: [Int]
    }

    private struct Done: Decodable {
        let command: String
    }

    let ready: Ready
    private let process: LineProcess
    private let logFile: String?

    var pid: Int32 { ready.pid }

    /// Returns when the devices are set up and I/O runs. Throws when the VMM could not do that; it says why on stderr.
    static func start(nodes: [String], _ options: Options = Options()) async throws -> StandInVMM {
        try await start(nodes, passing: [], options)
    }

    /// The same with one device.
    static func start(node: String, _ options: Options = Options()) async throws -> StandInVMM {
        try await start(nodes: [node], options)
    }

    /// Starts on a descriptor that somebody else has opened.
    static func start(
        descriptor: SharedDescriptor, _ options: Options = Options()
    ) async throws -> StandInVMM {
        try await start(["--fd", "3"], passing: [descriptor], options)
    }

    /// Starts as the driver alone of a device that a daemon owns, whose rings lie in that process's memory and are those that
    /// the device works on.
    static func start(ringsOf daemon: Int32, _ options: Options = Options()) async throws -> StandInVMM {
        try await start(["--rings-of", "\(daemon)"], passing: [], options)
    }

    /// Takes over a VMM that another program has become. Returns when the device is set up and I/O runs.
    static func adopt(_ process: LineProcess) async throws -> StandInVMM {
        StandInVMM(ready: try await process.nextAnswer(Ready.self), process: process, logFile: nil)
    }

    private static func start(
        _ devices: [String], passing descriptors: [SharedDescriptor], _ options: Options
    ) async throws -> StandInVMM {
        var arguments = ["--depth", "\(options.depth)", "--kick-again-ms", "\(options.kickAgainMs)"]
        if options.paceMs > 0 { arguments += ["--pace-ms", "\(options.paceMs)"] }
        if !options.positions.isEmpty {
            arguments += ["--positions", options.positions.map(String.init).joined(separator: ",")]
        }
        if !options.driverOK { arguments.append("--no-driver-ok") }
        if options.realtime { arguments.append("--realtime") }
        if !options.dumpable { arguments.append("--non-dumpable") }
        if let user = options.user { arguments += ["--user", "\(user)"] }
        if options.newNamespaces { arguments.append("--new-namespaces") }
        if options.leaderless { arguments.append("--leaderless") }
        if let socket = options.descriptorSocket { arguments += ["--send-fd", socket] }
        let logFile = options.log ? "/tmp/stand-in-vmm-\(UUID().uuidString).log" : nil
        if let logFile { arguments += ["--log", logFile] }
        let process = try LineProcess(
            Guest.product("StandInVMM"), arguments + devices, passing: descriptors)
        let ready = try await process.nextAnswer(Ready.self)
        return StandInVMM(ready: ready, process: process, logFile: logFile)
    }

    func status() async throws -> Status { try await ask("status") }

    /// SUSPEND by the VMM itself.
    func suspend() async throws -> Call { try await ask("suspend") }

    /// RESUME by the VMM itself; does not kick.
    func resume() async throws -> Call { try await ask("resume") }

    /// Kicks every queue.
    func kick() async throws { let _: Done = try await ask("kick") }

    /// From now on requests are made available without a kick.
    func pauseKicks() async throws { let _: Done = try await ask("pause-kicks") }

    /// Kicks every queue, and from now on with each request.
    func resumeKicks() async throws { let _: Done = try await ask("resume-kicks") }

    /// Submits no more and waits until nothing is in flight.
    func quiesce() async throws -> Progress { try await ask("quiesce") }

    /// Submits again after `quiesce`.
    func continueIO() async throws { let _: Done = try await ask("continue") }

    /// Waits until this many more requests have completed on each device.
    func waitForCompletions(_ count: Int) async throws -> Progress { try await ask("wait \(count)") }

    /// Counts the completions of the next milliseconds; the clock is the VMM's.
    func watch(milliseconds: Int) async throws -> Progress { try await ask("watch \(milliseconds)") }

    /// The longest gap that has ended since the last call.
    func takeGap() async throws -> Gap { try await ask("gap") }

    /// The device's next available index of every queue.
    func bases() async throws -> [Int] {
        let answer: Bases = try await ask("bases")
        return answer.bases
    }

    /// Waits for what is in flight, ends the VMM, says how everything went.
    func quit() async throws -> Summary {
        let summary: Summary = try await ask("quit")
        await process.wait()
        return summary
    }

    /// Ends the VMM by SIGKILL, if it has not ended; its device is reset.
    func kill() async {
        await process.signal(SIGKILL, to: pid)
        await process.wait()
    }

    /// The log up to now; needs `Options.log`.
    func completions() throws -> [Completion] {
        guard let logFile else { throw GuestError("started without a log") }
        return try Guest.read(logFile).split(separator: "\n").map { line in
            let fields = line.split(separator: " ").compactMap { UInt64($0) }
            guard fields.count == 2 else { throw GuestError("in the log: \(line)") }
            return Completion(nanoseconds: fields[0], sequence: fields[1])
        }
    }

    private func ask<Answer: Decodable>(_ command: String) async throws -> Answer {
        try process.send(command)
        return try await process.nextAnswer(Answer.self)
    }
}
