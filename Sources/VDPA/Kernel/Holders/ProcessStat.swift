import LinuxIO
import SystemPackage

/// What `/proc/PID/stat` tells of a process.
struct ProcessStat: Sendable, Hashable {
    /// Its `comm`, which may hold any byte, parentheses and spaces included.
    var command: String
    /// R, S, D, Z, …; Z with threads left means that the leader has exited.
    var state: Character
    /// Clock ticks since boot: field 22.
    var startTime: UInt64

    /// Reads a process's stat.
    ///
    /// - Throws: `Errno` of open(2) or read(2); `Errno.noSuchProcess` when the line cannot be understood.
    init(pid: Int32, paths: HostPaths) throws(Errno) {
        guard let stat = ProcessStat(try Files.readText("\(paths.proc)/\(pid)/stat", limit: 4096)) else {
            throw .noSuchProcess
        }
        self = stat
    }

    /// Parses one line.
    init?(_ line: String) {
        guard let open = line.firstIndex(of: "("), let close = line.lastIndex(of: ")"), open < close else { return nil }
        command = String(line[line.index(after: open)..<close])
        let fields = line[line.index(after: close)...].split(separator: " ")
        // Field 3 is the first behind the command.
        guard fields.count >= 20, let state = fields[0].first, let startTime = UInt64(fields[19]) else { return nil }
        self.state = state
        self.startTime = startTime
    }
}
