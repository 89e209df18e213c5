/// The pages of vdpactl: one for the program and one for each of its commands.
struct CommandPages {
    /// Headings of a discussion that are sections of every manual page, in their order there.
    private static let sections = ["ENVIRONMENT", "EXIT STATUS"]

    let root: CommandDescription
    let date: String

    /// The pages, that of the program first.
    var all: [ManualPage] { pages(of: root, []) }

    private func pages(of command: CommandDescription, _ parents: [String]) -> [ManualPage] {
        let words = parents + [command.name]
        return [page(of: command, words)] + command.subcommands.flatMap { pages(of: $0, words) }
    }

    private func page(of command: CommandDescription, _ words: [String]) -> ManualPage {
        let isRoot = words.count == 1
        var page = ManualPage(words.joined(separator: "-"), section: 1, summary: command.abstract, date: date)
        let own = command.arguments.filter { isRoot || !root.arguments.contains($0) }
        page.macro("Sh", "SYNOPSIS")
        page.macro("Nm", "\"\(words.joined(separator: " "))\"")
        // Options may stand before and after arguments, but not behind `--`.
        for argument in own where !argument.followsTerminator { page.addSynopsis(of: argument) }
        if !isRoot { page.macro("Op", "Ar option ...") }
        for argument in own where argument.followsTerminator { page.addSynopsis(of: argument) }
        if !command.subcommands.isEmpty { page.macro("Ar", "command ...") }

        page.macro("Sh", "DESCRIPTION")
        page.sentences(command.abstract)
        let (description, sections) = Self.split(command.discussion)
        if !description.isEmpty {
            page.macro("Pp")
            page.paragraphs(description)
        }
        if !own.isEmpty {
            page.macro("Pp")
            page.sentences("Arguments and options:")
            page.macro("Bl", "-tag -width Ds")
            for argument in own { page.addItem(for: argument) }
            page.macro("El")
        }
        if !isRoot {
            page.macro("Pp")
            page.sentences("The options of the program are taken here, too:")
            page.macro("Xr", "vdpactl 1 .")
        }
        addCommands(of: command, words, to: &page)
        for (title, text) in sections {
            page.macro("Sh", title)
            page.paragraphs(text)
        }
        page.macro("Sh", "SEE ALSO")
        if !isRoot { page.macro("Xr", "\(root.name) 1 ,") }
        page.macro("Xr", "vdpad 8")
        return page
    }

    private func addCommands(of command: CommandDescription, _ words: [String], to page: inout ManualPage) {
        guard !command.subcommands.isEmpty else { return }
        page.macro("Sh", "COMMANDS")
        page.macro("Bl", "-tag -width Ds")
        for subcommand in command.subcommands {
            page.macro("It", "Xr \((words + [subcommand.name]).joined(separator: "-")) 1")
            page.sentences(subcommand.abstract)
        }
        page.macro("El")
    }

    /// The discussion without the sections of manual pages, and these.
    private static func split(_ discussion: String) -> (description: String, sections: [(String, String)]) {
        var description: [Substring] = []
        var sections: [String: [Substring]] = [:]
        var title: String?
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            if let section = Self.sections.first(where: { line == "\($0):" }) {
                title = section
            } else if let title {
                sections[title, default: []].append(line)
            } else {
                description.append(line)
            }
        }
        return (
            description.joined(separator: "\n"),
            Self.sections.compactMap { title in sections[title].map { (title, $0.joined(separator: "\n")) } }
        )
    }
}

extension ManualPage {
    /// Adds how an argument is given, to the synopsis.
    fileprivate mutating func addSynopsis(of argument: ArgumentDescription) {
        let name = argument.names.first(where: \.isLong) ?? argument.names.first
        var words = argument.followsTerminator ? ["Fl -"] : []
        if let name { words.append(Self.flag(name)) }
        if !argument.value.isEmpty { words.append("Ar \(Self.argument(argument.value))") }
        if argument.isRepeating { words.append("...") }
        if argument.isOptional {
            macro("Op", words.joined(separator: " "))
        } else {
            macro(String(words[0].prefix(2)), (words[0].dropFirst(3) + words.dropFirst().map { " \($0)" }.joined()))
        }
    }

    /// Adds what an argument means.
    fileprivate mutating func addItem(for argument: ArgumentDescription) {
        var words = [argument.names.map(Self.flag).joined(separator: " , ")].filter { !$0.isEmpty }
        if !argument.value.isEmpty { words.append("Ar \(Self.argument(argument.value))") }
        macro("It", words.joined(separator: " "))
        sentences(argument.abstract)
        // What the parser adds to its help by itself.
        if !argument.allValues.isEmpty { sentences("One of: \(argument.allValues.joined(separator: ", ")).") }
        if let value = argument.defaultValue { sentences("(default: \(value))") }
    }

    private static func flag(_ name: ArgumentDescription.Name) -> String {
        "Fl \(name.isLong ? "-" : "")\(escaped(name.name))"
    }

    /// A value's name, that no macro is taken for.
    private static func argument(_ value: String) -> String { "\\&\(escaped(value))" }
}
