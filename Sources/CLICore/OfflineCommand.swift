internal import ArgumentParser

/// A command that needs no daemon.
protocol OfflineCommand: ParsableCommand {
    var global: GlobalOptions { get }

    /// Does the work and adds what it gave to what is to be printed.
    func execute(_ outcome: inout Vdpactl.Outcome) throws(CommandFailure)
}

extension OfflineCommand {
    /// Executes and renders what has come of it.
    var outcome: Vdpactl.Outcome {
        var outcome = Vdpactl.Outcome()
        do throws(CommandFailure) {
            try execute(&outcome)
        } catch {
            outcome.add(error, global.output)
        }
        return outcome
    }
}
