internal import ArgumentParser

/// `vdpactl policy`
struct PolicyCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "policy", abstract: "Looks at who may do what.", subcommands: [PolicyCheckCommand.self])
    }

    @OptionGroup var global: GlobalOptions

    /// Without a subcommand there is nothing to do.
    mutating func run() throws {
        throw ValidationError("a command is missing")
    }
}
