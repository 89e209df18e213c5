internal import ArgumentParser
internal import ControlAPI
internal import LinuxIO
internal import SystemPackage

/// `vdpactl stats`
struct StatsCommand: ContractCommand {
    typealias Method = DeviceStatsMethod

    static let name = "stats"
    /// Seconds between two readings.
    private static let intervals = 0.1...3_600

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("The indexes of the queues. (default: all)", valueName: "index"))
    var queue: [UInt32] = []

    @Option(
        defaultAsFlag: 1, parsing: .next,
        help: ArgumentHelp(
            "Read again every so many seconds and show rates, until interrupted; with -o json a result a line.",
            valueName: "seconds"))
    var watch: Double?

    func validate() throws {
        guard let watch, !Self.intervals.contains(watch) else { return }
        throw ValidationError("--watch: \(watch) is out of range \(Self.intervals) seconds")
    }

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let params = Method.Params(target: argument.target(global), queues: queue.isEmpty ? nil : queue)
        guard let watch else {
            try Self.perform(params, global, &connection, &outcome)
            return
        }
        var display = WatchDisplay(format: global.output)
        var next = MonotonicInstant.now
        while true {
            try display.show(connection.call(Method.name, params))
            next = max(next.advanced(byMilliseconds: UInt64(watch * 1_000)), .now)
            do throws(Errno) {
                try next.wait()
            } catch {
                throw .output("\(error)")
            }
        }
    }

    static func table(_ result: Method.Result) -> String {
        StatisticsText(reading: result).text
    }
}
