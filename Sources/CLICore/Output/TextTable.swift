/// Rows below a header, in columns as wide as their widest cell.
struct TextTable {
    private let columns: [String]
    private var rows: [[String]] = []

    init(columns: [String]) {
        self.columns = columns
    }

    /// Adds a row with one cell per column; what is not known is shown as `-`.
    mutating func add(_ cells: [String?]) {
        rows.append(cells.map { ($0 ?? "-").escapingControls })
    }

    /// The header and the rows, each line ended.
    var text: String { Self.lines([columns] + rows) }

    /// The rows alone.
    var textWithoutHeader: String { Self.lines(rows) }

    private static func lines(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                guard column + 1 < row.count else { continue }
                line += String(repeating: " ", count: widths[column] - cell.count + 2)
            }
            return line + "\n"
        }.joined()
    }
}
