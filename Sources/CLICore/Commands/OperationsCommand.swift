internal import ArgumentParser
internal import ControlAPI

/// `vdpactl ops`, which lists them.
struct OperationsCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "ops", abstract: "Looks at operations; without a command it lists them.",
            subcommands: [
                OperationListCommand.self, OperationShowCommand.self, OperationWaitCommand.self,
                OperationCancelCommand.self,
            ])
    }

    @OptionGroup var global: GlobalOptions

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        try OperationListCommand.perform(OperationListMethod.Params(), global, &connection, &outcome)
    }
}
