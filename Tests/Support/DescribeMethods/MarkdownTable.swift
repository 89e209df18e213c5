/// A table as GitHub's Markdown has it.
struct MarkdownTable {
    private var lines: [String]

    /// A table with these headings; a heading that ends with a colon is of a column that is aligned to the right.
    init(_ headings: String...) {
        let alignments = headings.map { $0.hasSuffix(":") ? "--:" : "---" }
        let names = headings.map { $0.hasSuffix(":") ? String($0.dropLast()) : $0 }
        lines = [Self.line(names), Self.line(alignments)]
    }

    /// Adds a row.
    mutating func add(_ cells: String...) {
        lines.append(Self.line(cells))
    }

    /// The lines of the table and an empty one.
    var text: String { lines.joined() + "\n" }

    private static func line(_ cells: [String]) -> String {
        "| \(cells.map { $0.split(separator: "\n").joined(separator: "<br>") }.joined(separator: " | ")) |\n"
    }
}
