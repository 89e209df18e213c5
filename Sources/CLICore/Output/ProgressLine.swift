internal import LinuxIO
internal import SystemPackage

/// What is under way and for how long, as the last line of a terminal on standard error; erased at the end.
///
/// Like a frame of `WatchDisplay` each drawing is one write that leaves the terminal as it was.
struct ProgressLine {
    /// What ends sooner is not announced.
    private static let patienceMs: UInt64 = 300
    private static let intervalMs: UInt64 = 100

    private let text: String
    private let begin = MonotonicInstant.now
    private var isShown = false

    /// When it is to be drawn next.
    private(set) var next: MonotonicInstant

    /// A line; nil where nobody would read it.
    init?(_ text: String, _ format: OutputFormat) {
        guard format == .table, Terminal.rows(of: .standardError) != nil else { return nil }
        self.text = text.escapingControls
        next = begin.advanced(byMilliseconds: Self.patienceMs)
    }

    /// Draws the line over itself, cut at the terminal's edge (DECAWM off).
    mutating func draw() {
        let now = MonotonicInstant.now
        let tenths = (now.nanoseconds - begin.nanoseconds) / 100_000_000
        isShown = true
        next = now.advanced(byMilliseconds: Self.intervalMs)
        write("\r\u{1b}[K\u{1b}[?7l\(text) … \(tenths / 10).\(tenths % 10) s\u{1b}[?7h")
    }

    /// Takes the line away.
    func erase() {
        if isShown { write("\r\u{1b}[K") }
    }

    /// A terminal that has gone keeps no call from its end.
    private func write(_ text: String) {
        do throws(Errno) {
            try Vdpactl.write(text, to: .standardError)
        } catch {}
    }
}
