internal import ArgumentParser
internal import DeviceState
internal import JSON

/// `vdpactl state diff`
struct StateDiffCommand: OfflineCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "diff", abstract: "Compares the states in two files, member by member.",
            discussion: """
                Needs no daemon. Both documents are verified first. The exit status is 0 if they are the same, \
                \(ExitStatus.different) if they differ; the digests are not compared. Two exports of one device differ at \
                least in their time: --section says what counts.
                """)
    }

    /// The sections of a document.
    enum Section: String, ExpressibleByArgument, CaseIterable {
        case source, identity, standard, implementation, completeness, stability
    }

    @OptionGroup var global: GlobalOptions

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("Compare this section only; may be given several times.", valueName: "section"))
    var section: [Section] = []

    @Argument(help: "The file with the first state; - is standard input.")
    var first: InputFile

    @Argument(help: "The file with the second state.")
    var second: InputFile

    func execute(_ outcome: inout Vdpactl.Outcome) throws(CommandFailure) {
        let differences = try first.state().differences(to: second.state()).filter { difference in
            section.isEmpty
                || section.contains { difference.member.split { ".[".contains($0) }.first ?? "" == $0.rawValue }
        }
        switch global.output {
        case .table: outcome.standardOutput += differences.text
        case .json: outcome.standardOutput += differences.json + "\n"
        }
        if !differences.isEmpty { outcome.exitStatus = ExitStatus.different }
    }
}

extension [DeviceState.Difference] {
    /// Each member, and below it what the first document has and what the second.
    fileprivate var text: String {
        map { difference in
            let first = difference.first.map { "  - \($0.memberText)\n" } ?? ""
            let second = difference.second.map { "  + \($0.memberText)\n" } ?? ""
            return "\(difference.member.escapingControls)\n\(first)\(second)"
        }.joined()
    }

    fileprivate var json: String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.name("differences")
        writer.beginArray()
        for difference in self {
            writer.beginObject()
            writer.member("member", difference.member)
            writer.member("first", ifPresent: difference.first)
            writer.member("second", ifPresent: difference.second)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONValue {
    /// A mask with its names, anything else as it is, fit for a terminal.
    fileprivate var memberText: String {
        guard self["value"] != nil, let mask = try? NamedMask(self, at: JSONPath("mask", mode: .lenient)) else {
            return text.escapingControls
        }
        return mask.text.escapingControls
    }
}
