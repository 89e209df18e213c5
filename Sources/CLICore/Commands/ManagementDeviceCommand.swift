internal import ArgumentParser

/// `vdpactl mgmtdev`
struct ManagementDeviceCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "mgmtdev", abstract: "Looks at the management devices.",
            subcommands: [ManagementDeviceListCommand.self, ManagementDeviceShowCommand.self],
            defaultSubcommand: ManagementDeviceListCommand.self)
    }

    @OptionGroup var global: GlobalOptions
}
