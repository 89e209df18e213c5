internal import ArgumentParser
internal import ControlAPI

/// The root of the commands.
struct VdpactlCommand: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "vdpactl",
            abstract: "Controls Linux vDPA devices through the daemon vdpad.",
            discussion: """
                As a rule a command is one call. `-o json` prints the daemon's result as it is, or the error's data on \
                standard error.

                EXIT STATUS:
                \(ExitStatus.table)

                ENVIRONMENT:
                  VDPAD_SOCKET  the daemon's socket, where --socket is not given
                """,
            version: Version.current,
            subcommands: [
                ListCommand.self, ShowCommand.self, StatusCommand.self, ConfigCommand.self, StatsCommand.self,
                HoldersCommand.self, WaitCommand.self, WatchCommand.self, AddCommand.self, DeleteCommand.self,
                SetCommand.self,
                BindCommand.self,
                ExecCommand.self,
                DeclarationsCommand.self, DiffCommand.self, ApplyCommand.self, SaveCommand.self, SuspendCommand.self,
                ResumeCommand.self, HandBackCommand.self, OpenCommand.self,
                CloseCommand.self,
                SetStatusCommand.self, ResetCommand.self, StateCommand.self, ManagementDeviceCommand.self,
                OperationsCommand.self,
                DevCommand.self, PolicyCommand.self, InfoCommand.self, HealthCommand.self, MetricsCommand.self,
                HostCommand.self,
                CallCommand.self,
            ])
    }

    static var _errorLabel: String { "vdpactl: usage" }

    @OptionGroup var global: GlobalOptions

    /// Without a subcommand there is nothing to do.
    mutating func run() throws {
        throw ValidationError("a command is missing")
    }
}
