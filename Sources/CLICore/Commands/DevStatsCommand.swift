internal import ArgumentParser

/// `vdpactl dev vstats`
struct DevStatsCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "vstats", abstract: "Reads a queue's counters: as stats.",
            subcommands: [DevStatsShowCommand.self])
    }

    @OptionGroup var global: GlobalOptions

    /// Without a subcommand there is nothing to do.
    mutating func run() throws {
        throw ValidationError("a command is missing")
    }
}
