import Glibc
import LinuxIO

/// A child process whose output goes to a file.
final class SpawnedProcess {
    /// How it ended.
    enum Exit: Equatable {
        case status(Int32)
        case signal(Int32)
    }

    let processID: pid_t
    /// The file of its standard output and standard error.
    let outputPath: String
    private(set) var exit: Exit?

    /// Starts a program with an environment of its own; it ends with the thread that calls this, so that nothing is left
    /// when the tests are killed.
    init(_ executable: String, _ arguments: [String], environment: [String] = [], outputPath: String) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // posix_spawn(3) cannot set the signal itself; setpriv(1) becomes the program and keeps its number.
        let starter = "/usr/bin/setpriv"
        var words = unsafe ([starter, "--pdeathsig", "KILL", executable] + arguments).map { unsafe strdup($0) } + [nil]
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer {
            for index in unsafe words.indices { unsafe free(words[index]) }
            for index in unsafe variables.indices { unsafe free(variables[index]) }
        }
        // The threads of the tests may block signals, which a child would inherit.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var child: pid_t = 0
        let error = unsafe posix_spawn(&child, starter, &actions, &attributes, &words, &variables)
        guard error == 0 else { throw HarnessError("\(executable) cannot be started: errno \(error)") }
        processID = child
        self.outputPath = outputPath
    }

    deinit {
        if isRunning {
            Glibc.kill(processID, SIGKILL)
            while exit == nil { reap(waiting: true) }
        }
    }

    /// Whether it has not ended yet.
    var isRunning: Bool {
        if exit == nil { reap(waiting: false) }
        return exit == nil
    }

    func send(signal: Int32) {
        if isRunning { Glibc.kill(processID, signal) }
    }

    /// Waits for its end.
    func waitForExit(within milliseconds: UInt64 = patienceMilliseconds) throws -> Exit {
        try wait(until: "process \(processID) has ended", within: milliseconds) { !isRunning }
        guard let exit else { throw HarnessError("process \(processID) has no exit status") }
        return exit
    }

    /// Ends it at once.
    func kill() throws {
        send(signal: SIGKILL)
        _ = try waitForExit()
    }

    /// What it has written.
    var output: String {
        (try? Files.readText(outputPath, limit: 1 << 24)) ?? ""
    }

    /// How many descriptors it has.
    var descriptorCount: Int {
        get throws { try Files.list("/proc/\(processID)/fd").count }
    }

    private func reap(waiting: Bool) {
        var status: Int32 = 0
        guard unsafe waitpid(processID, &status, waiting ? 0 : WNOHANG) == processID else { return }
        let signal = status & 0x7f
        exit = signal == 0 ? .status((status >> 8) & 0xff) : .signal(signal)
    }
}

extension SpawnedProcess {
    /// Resident memory in kB (proc_pid_status(5), VmRSS).
    var residentKilobytes: Int {
        get throws {
            let status = try Files.readText("/proc/\(processID)/status", limit: 1 << 16)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            guard let text = line?.split(separator: " ").dropFirst().first, let size = Int(text) else {
                throw HarnessError("no VmRSS of process \(processID)")
            }
            return size
        }
    }
}
