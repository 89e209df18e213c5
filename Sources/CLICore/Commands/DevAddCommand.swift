internal import ArgumentParser

/// `vdpactl dev add`
struct DevAddCommand: KeywordCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "add", abstract: "Creates a device: as add.",
            usage: """
                vdpactl dev add name NAME mgmtdev [BUS/]MGMTDEV [device_features HEX] [mac MAC] [mtu MTU] [max_vqp COUNT]
                """)
    }

    private static let words = KeywordWords(
        command: "dev add",
        keywords: [
            KeywordWords.Keyword(word: "name", meaning: .argument, isRequired: true),
            KeywordWords.Keyword(word: "mgmtdev", meaning: .option("--mgmtdev"), isRequired: true),
            KeywordWords.Keyword(word: "device_features", meaning: .mask("--features")),
            KeywordWords.Keyword(word: "mac", meaning: .option("--mac")),
            KeywordWords.Keyword(word: "mtu", meaning: .option("--mtu")),
            KeywordWords.Keyword(word: "max_vqp", meaning: .option("--max-queue-pairs")),
        ])

    @OptionGroup var global: GlobalOptions

    @Argument(help: "Keywords, each with its value.")
    var words: [String] = []

    var arguments: [String] {
        get throws { [AddCommand.name] + (try Self.words.arguments(words)) }
    }
}
