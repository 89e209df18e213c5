internal import ArgumentParser

/// A command that asks the daemon.
protocol DaemonCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// How long the daemon may take; nil for its own default.
    var deadlineMs: UInt32? { get }

    /// Makes the call and gives what goes to standard output.
    func execute(_ connection: inout DaemonConnection, warnings: inout [String]) throws(CommandFailure) -> String
}

extension DaemonCommand {
    var deadlineMs: UInt32? { global.deadline }

    /// Connects, executes and renders what has come of it.
    func outcome(socketOfEnvironment: String?) -> Vdpactl.Outcome {
        var warnings: [String] = []
        do throws(CommandFailure) {
            var connection = try DaemonConnection(
                path: global.socket ?? socketOfEnvironment ?? GlobalOptions.defaultSocket, deadlineMs: deadlineMs)
            let text = try execute(&connection, warnings: &warnings)
            return Vdpactl.Outcome(
                standardOutput: text,
                standardError: warnings.map { "vdpactl: warning: \($0.escapingControls)\n" }.joined())
        } catch {
            return Vdpactl.Outcome(
                standardError: error.text(global.output), exitStatus: error.exitStatus)
        }
    }
}
