internal import ControlAPI
internal import JSON
internal import LinuxIO
internal import SystemPackage

/// Standard output while `vdpactl stats --watch` runs.
///
/// On a terminal each reading is written over the one before. A reading is one write that leaves the terminal as it was,
/// so that the command can be interrupted, stopped or killed at any moment with nothing to restore.
struct WatchDisplay {
    private let format: OutputFormat
    private var earlier: DeviceStatsMethod.Result?
    /// How many lines of the reading before are on the terminal.
    private var shownLines = 0

    init(format: OutputFormat) {
        self.format = format
    }

    /// Writes a reading.
    mutating func show(_ result: JSONValue) throws(CommandFailure) {
        let text: String
        switch format {
        case .json: text = "\(result)\n"
        case .table:
            let reading = try StatsCommand.read(result)
            let table = StatisticsText(reading: reading).text(since: earlier)
            if let rows = Terminal.rows(of: .standardOutput) {
                text = frame(table, rows: rows)
            } else {
                text = earlier == nil ? table : "\n" + table
            }
            earlier = reading
        }
        do throws(Errno) {
            try Vdpactl.write(text, to: .standardOutput)
        } catch {
            throw .output("\(error)")
        }
    }

    /// The table in place of the last one, as much of it as fits, each line cut at the terminal's edge (DECAWM off).
    private mutating func frame(_ table: String, rows: Int) -> String {
        let lines = table.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let kept = rows > 1 ? lines.prefix(rows - 1) : lines
        let up = shownLines > 0 ? "\u{1b}[\(shownLines)A" : ""
        shownLines = kept.count
        return "\(up)\r\u{1b}[J\u{1b}[?7l\(kept.map { "\($0)\n" }.joined())\u{1b}[?7h"
    }
}
