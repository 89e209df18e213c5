internal import ArgumentParser
internal import DeviceState

/// `vdpactl state show`
struct StateShowCommand: OfflineCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show", abstract: "Shows the state in a file.",
            discussion: """
                Needs no daemon. The document is verified first, as by `vdpactl state verify`. -o json prints it in its \
                canonical form.
                """)
    }

    @OptionGroup var global: GlobalOptions

    @Argument(help: "The file with the state; - is standard input.")
    var file: InputFile

    func execute(_ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let state = try file.state()
        switch global.output {
        case .table: outcome.standardOutput += state.sheet
        case .json: outcome.standardOutput += "\(state.document)\n"
        }
    }
}
