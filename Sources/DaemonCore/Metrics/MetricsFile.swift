import LinuxIO
import SystemPackage

/// The file of metrics that node_exporter's textfile collector reads. It is on a disk, so it is written on a thread of its own.
actor MetricsFile {
    nonisolated let path: String
    private let executor = ThreadExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe executor.asUnownedSerialExecutor() }

    /// Uses a file, which need not be there; its directory must be.
    init(_ path: String) {
        self.path = path
    }

    /// Replaces the file, which everybody may read.
    ///
    /// - Throws: `Errno` of what failed; the file is as it was.
    func write(_ metrics: [MetricFamily]) throws(Errno) {
        let text = Array(MetricText.prometheus.text(of: metrics).utf8)
        try Files.replace(path, with: text.span, mode: 0o644)
    }

    /// Removes the file: what it says is over.
    ///
    /// - Throws: `Errno` of unlink(2).
    func remove() throws(Errno) {
        try Files.remove(path)
    }
}
