internal import ArgumentParser
internal import Virtio

/// `vdpactl dev vstats show`
struct DevStatsShowCommand: KeywordCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "show", abstract: "Reads a queue's counters: as stats --queue.",
            usage: "vdpactl dev vstats show NAME qidx INDEX")
    }

    private static let words = KeywordWords(
        command: "dev vstats show",
        keywords: [KeywordWords.Keyword(word: "qidx", meaning: .option("--queue"), isRequired: true)])

    @OptionGroup var global: GlobalOptions

    @OptionGroup var argument: DeviceArgument

    @Argument(help: "qidx and the queue's index.")
    var words: [String] = []

    var arguments: [String] {
        get throws { [StatsCommand.name] + (try Self.words.arguments(words)) + [argument.device.string] }
    }
}
