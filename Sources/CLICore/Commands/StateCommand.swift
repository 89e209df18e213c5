internal import ArgumentParser

/// `vdpactl state`
struct StateCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "state",
            abstract:
                "Exports and restores a device's state, tells where it would be accepted, and looks at states in files.",
            subcommands: [
                StateExportCommand.self, StateCheckCommand.self, StateShowCommand.self, StateDiffCommand.self,
                StateVerifyCommand.self, StateRestoreCommand.self,
            ])
    }

    @OptionGroup var global: GlobalOptions

    /// Without a subcommand there is nothing to do.
    mutating func run() throws {
        throw ValidationError("a command is missing")
    }
}
