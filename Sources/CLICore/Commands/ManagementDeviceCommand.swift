internal import ArgumentParser
internal import ControlAPI

/// `vdpactl mgmtdev`, which lists them.
struct ManagementDeviceCommand: DaemonCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "mgmtdev", abstract: "Looks at the management devices; without a command it lists them.",
            subcommands: [ManagementDeviceListCommand.self, ManagementDeviceShowCommand.self])
    }

    @OptionGroup var global: GlobalOptions

    func execute(_ connection: inout DaemonConnection, _ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        try ManagementDeviceListCommand.perform(NoParams(), global, &connection, &outcome)
    }
}
