internal import ArgumentParser
internal import ControlAPI

/// `vdpactl dev`: the words of iproute2's `vdpa dev`.
struct DevCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "dev", abstract: "The commands on devices in the words of iproute2's vdpa.",
            discussion: """
                They are other names for commands of vdpactl: what they print, their errors and their exit statuses \
                are those of list, show, add, delete, set, config and stats. Without a command they list.
                """,
            subcommands: [
                DevShowCommand.self, DevAddCommand.self, DevDeleteCommand.self, DevSetCommand.self,
                DevConfigCommand.self, DevStatsCommand.self,
            ])
    }

    @OptionGroup var global: GlobalOptions

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        try ListCommand.perform(NoParams(), global, &connection, &outcome)
    }
}
