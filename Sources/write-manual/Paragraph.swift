/// A part of the text of a help.
enum Paragraph: Hashable {
    /// A line of its own such as `EXIT STATUS:`, without the colon.
    case heading(String)
    case text(String)
    /// Indented lines, without what all of them are indented by.
    case literal([Substring])

    /// The parts of a text, in its order.
    static func all(in text: String) -> [Paragraph] {
        var paragraphs: [Paragraph] = []
        var lines: [Substring] = []
        func finish() {
            guard let first = lines.first else { return }
            paragraphs.append(
                first.hasPrefix("  ") ? .literal(lines.map { $0.dropFirst(2) }) : .text(lines.joined(separator: " ")))
            lines = []
        }
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.isEmpty {
                finish()
            } else if isHeading(line) {
                finish()
                paragraphs.append(.heading(String(line.dropLast())))
            } else {
                if let last = lines.last, last.hasPrefix("  ") != line.hasPrefix("  ") { finish() }
                lines.append(line)
            }
        }
        finish()
        return paragraphs
    }

    private static func isHeading(_ line: Substring) -> Bool {
        guard line.hasSuffix(":"), let word = line.split(separator: " ").first else { return false }
        return word.count > 1 && word.allSatisfy { $0.isUppercase || $0 == ":" || $0 == "," }
    }
}
