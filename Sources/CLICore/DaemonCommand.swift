internal import ArgumentParser

/// A command that asks the daemon.
protocol DaemonCommand: ParsableCommand {
    var global: GlobalOptions { get set }

    /// How long the daemon may take; nil for its own default.
    var deadlineMs: UInt32? { get }

    /// Makes the calls and adds what they gave to what is to be printed.
    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure)

    /// Does the work and renders what has come of it.
    func outcome(socketOfEnvironment: String?) -> Vdpactl.Outcome
}

extension DaemonCommand {
    var deadlineMs: UInt32? { global.deadline }

    /// Connects, executes and renders what has come of it.
    func outcome(socketOfEnvironment: String?) -> Vdpactl.Outcome {
        connectedOutcome(socketOfEnvironment)
    }

    /// The same, for a command that does not always need the daemon.
    func connectedOutcome(_ socketOfEnvironment: String?) -> Vdpactl.Outcome {
        var outcome = Vdpactl.Outcome()
        do throws(CommandFailure) {
            var connection = try DaemonConnection(
                path: global.socket ?? socketOfEnvironment ?? GlobalOptions.defaultSocket, deadlineMs: deadlineMs)
            try execute(&connection, &outcome)
        } catch {
            outcome.add(error, global.output)
        }
        return outcome
    }
}
