/// Rows in columns, for people.
struct TextTable: Sendable {
    /// A column with its heading.
    enum Column: Sendable {
        case left(String)
        case right(String)

        var heading: String {
            switch self {
            case .left(let heading), .right(let heading): heading
            }
        }
    }

    private let columns: [Column]

    init(_ columns: [Column]) { self.columns = columns }

    /// The lines of the table, headings first.
    func lines(_ rows: [[String]]) -> [String] {
        let all = [columns.map(\.heading)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            var line = ""
            for (index, column) in columns.enumerated() {
                let blanks = String(repeating: " ", count: widths[index] - row[index].count)
                if index > 0 { line += "  " }
                switch column {
                case .left: line += index == columns.count - 1 ? row[index] : row[index] + blanks
                case .right: line += blanks + row[index]
                }
            }
            return line
        }
    }
}
