import ControlAPI

/// A manual page in mdoc(7), as man(1) of GNU and mandoc show it.
struct ManualPage {
    private static let lineLength = 76

    /// What the page is called in its folder.
    let fileName: String
    private(set) var text = ""

    /// A page that has its head and says in a few words what its subject does.
    init(_ name: String, section: Int, summary: String, date: String) {
        fileName = "\(name).\(section)"
        macro("Dd", date)
        macro("Dt", "\(name.uppercased()) \(section)")
        macro("Os", "vdpad \(Version.current)")
        macro("Sh", "NAME")
        macro("Nm", name)
        let words = summary.hasSuffix(".") ? String(summary.dropLast()) : summary
        macro("Nd", Self.escaped(words.prefix(1).lowercased() + words.dropFirst()))
    }

    /// Adds a macro with what is behind it, which is taken as it is.
    mutating func macro(_ name: String, _ rest: String = "") {
        text += rest.isEmpty ? ".\(name)\n" : ".\(name) \(rest)\n"
    }

    /// Adds sentences, each on a line of its own or more.
    mutating func sentences(_ sentences: String) {
        var line = ""
        func flush() {
            // What begins with one of these would be a macro.
            if !line.isEmpty { text += (".'".contains(line.prefix(1)) ? "\\&" : "") + line + "\n" }
            line = ""
        }
        for word in Self.escaped(sentences).split(separator: " ") {
            if !line.isEmpty, line.utf8.count + word.utf8.count >= Self.lineLength { flush() }
            line += line.isEmpty ? word : " \(word)"
            if word.hasSuffix(".") { flush() }
        }
        flush()
    }

    /// Adds lines that are shown as they are.
    mutating func literal(_ lines: some Sequence<Substring>) {
        macro("Bd", "-literal -offset indent")
        for line in lines {
            let line = Self.escaped(String(line))
            text += (".'".contains(line.prefix(1)) ? "\\&" : "") + line + "\n"
        }
        macro("Ed")
    }

    /// Adds a text of paragraphs; lines that are indented are shown as they are.
    mutating func paragraphs(_ text: String) {
        var isFirst = true
        for paragraph in Paragraph.all(in: text) {
            switch paragraph {
            case .heading(let title): macro("Ss", Self.escaped(title))
            case .literal(let lines): literal(lines)
            case .text(let text):
                if !isFirst { macro("Pp") }
                sentences(text)
            }
            isFirst = if case .heading = paragraph { true } else { false }
        }
    }

    /// The text with what roff gives a meaning to taken as it is, and `code` in bold.
    static func escaped(_ text: String) -> String {
        var result = ""
        var isCode = false
        for character in text {
            switch character {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "`":
                isCode.toggle()
                result += isCode ? "\\fB" : "\\fP"
            case _ where character.isASCII: result.append(character)
            default:
                for scalar in character.unicodeScalars {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
                }
            }
        }
        return result
    }
}
