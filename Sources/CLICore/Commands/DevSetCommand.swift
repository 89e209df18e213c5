internal import ArgumentParser

/// `vdpactl dev set`
struct DevSetCommand: KeywordCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "set", abstract: "Changes a device's address: as set.",
            usage: "vdpactl dev set name NAME mac MAC")
    }

    private static let words = KeywordWords(
        command: "dev set",
        keywords: [
            KeywordWords.Keyword(word: "name", meaning: .argument, isRequired: true),
            KeywordWords.Keyword(word: "mac", meaning: .option("--mac"), isRequired: true),
        ])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "Keywords, each with its value.")
    var words: [String] = []

    var arguments: [String] {
        get throws { [SetCommand.name] + (try Self.words.arguments(words)) }
    }
}
