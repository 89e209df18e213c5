internal import ArgumentParser

/// `vdpactl config`, which without another word reads that of a device.
struct ConfigCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "config", abstract: "Reads the configuration of a device, or with show that of the daemon.",
            subcommands: [ConfigDeviceCommand.self, ConfigShowCommand.self], defaultSubcommand: ConfigDeviceCommand.self
        )
    }

    @OptionGroup var global: GlobalOptions
}
