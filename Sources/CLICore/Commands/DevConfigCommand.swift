internal import ArgumentParser

/// `vdpactl dev config`
struct DevConfigCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "config", abstract: "Reads configurations: as config.",
            subcommands: [DevConfigShowCommand.self])
    }

    @OptionGroup var global: GlobalOptions

    /// Without a subcommand there is nothing to do.
    mutating func run() throws {
        throw ValidationError("a command is missing")
    }
}
