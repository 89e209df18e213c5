internal import ArgumentParser

/// `vdpactl host`
struct HostCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "host", abstract: "Describes the host for others.", subcommands: [HostDescribeCommand.self])
    }

    @OptionGroup var global: GlobalOptions

    /// Without a subcommand there is nothing to do.
    mutating func run() throws {
        throw ValidationError("a command is missing")
    }
}
