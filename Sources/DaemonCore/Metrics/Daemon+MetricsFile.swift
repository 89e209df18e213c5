import LinuxIO
import Logging
import SystemPackage

extension Daemon {
    /// Writes the file of metrics until the task is cancelled, and removes it then.
    nonisolated func writeMetrics(_ configured: ConfiguredMetrics) async {
        guard let path = configured.file else { return }
        let file = MetricsFile(path)
        let nothing = Gate<Void>()
        var failure: Errno?
        while !Task.isCancelled {
            let former = failure
            failure = await write(await metrics(), to: file)
            // Every further one would be the same line again.
            if let failure, failure != former {
                environment.log.error(
                    "the metrics cannot be written",
                    metadata: ["file": "\(path)", "errno": "\(failure.symbol)"])
            }
            _ = await nothing.wait(until: .now.advanced(byMilliseconds: UInt64(configured.intervalMs)), on: loop)
        }
        try? await file.remove()
    }

    private nonisolated func write(_ metrics: [MetricFamily], to file: MetricsFile) async -> Errno? {
        do throws(Errno) {
            try await file.write(metrics)
            return nil
        } catch {
            return error
        }
    }
}
