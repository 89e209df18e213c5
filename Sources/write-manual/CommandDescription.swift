import JSON

/// A command, as the parser describes it.
struct CommandDescription: Sendable, Hashable {
    /// The word that calls it.
    let name: String
    /// What it does, in a sentence.
    let abstract: String
    /// What there is to say about it.
    let discussion: String
    /// Its arguments and options, those that every command has included.
    let arguments: [ArgumentDescription]
    /// The commands below it that have a page.
    let subcommands: [CommandDescription]
}

extension CommandDescription: JSONObjectReadable {
    static var schemaSummary: StaticString { "A command." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("commandName", "The word that calls it.")
        abstract = try members.optional("abstract", "What it does.") ?? ""
        discussion = try members.optional("discussion", "What there is to say about it.") ?? ""
        let arguments: [ArgumentDescription]? = try members.optional("arguments", "Its arguments and options.")
        self.arguments = (arguments ?? []).filter(\.isShown)
        let subcommands: [CommandDescription]? = try members.optional("subcommands", "The commands below it.")
        // The parser's own command shows what the pages say.
        self.subcommands = (subcommands ?? []).filter { $0.name != "help" }
    }
}

/// An argument or an option of a command.
struct ArgumentDescription: Sendable, Hashable {
    /// A name of an option or a flag.
    struct Name: Sendable, Hashable {
        /// The name without dashes.
        let name: String
        /// Whether two dashes go before it.
        let isLong: Bool
    }

    /// The names of an option or a flag; none for an argument.
    let names: [Name]
    /// What is given; empty for a flag.
    let value: String
    let abstract: String
    let defaultValue: String?
    /// What may be given, if that is a list.
    let allValues: [String]
    let isOptional: Bool
    let isRepeating: Bool
    let isShown: Bool
    /// Whether it stands behind `--`.
    let followsTerminator: Bool
}

extension ArgumentDescription.Name: JSONObjectReadable {
    static var schemaSummary: StaticString { "A name of an option." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        name = try members.required("name", "The name without dashes.")
        let kind: String = try members.required("kind", "How many dashes go before it.")
        isLong = kind == "long"
    }
}

extension ArgumentDescription: JSONObjectReadable {
    static var schemaSummary: StaticString { "An argument or an option." }

    init<Members: JSONMemberSource>(members: inout Members) throws(JSONReadError) {
        names = try members.optional("names", "The names of an option.") ?? []
        let kind: String = try members.required("kind", "positional, option or flag.")
        let value: String? = try members.optional("valueName", "What is given.")
        self.value = kind == "flag" ? "" : value ?? ""
        abstract = try members.optional("abstract", "What it means.") ?? ""
        defaultValue = try members.optional("defaultValue", "What is taken if it is not given.")
        allValues = try members.optional("allValues", "What may be given.") ?? []
        isOptional = try members.optional("isOptional", "Whether it may be left out.") ?? false
        isRepeating = try members.optional("isRepeating", "Whether it may be given several times.") ?? false
        isShown = try members.optional("shouldDisplay", "Whether people are told of it.") ?? true
        let strategy: String? = try members.optional("parsingStrategy", "How it is read.")
        followsTerminator = strategy == "postTerminator"
    }
}
