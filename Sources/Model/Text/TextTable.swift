/// Rows in columns, for people.
package struct TextTable: Equatable, Sendable {
    /// A column with its heading. Words are aligned left, numbers right.
    package enum Column: Equatable, Sendable {
        case left(String)
        case right(String)

        package var heading: String {
            switch self {
            case .left(let heading), .right(let heading): heading
            }
        }

        package var isLeft: Bool { if case .left = self { true } else { false } }
    }

    private let columns: [Column]

    package init(_ columns: [Column]) { self.columns = columns }

    /// How many characters each column takes.
    package func widths(_ rows: [[String]]) -> [Int] {
        columns.indices.map { column in
            max(columns[column].heading.count, rows.map { $0[column].count }.max() ?? 0)
        }
    }

    /// The lines of the table, headings first, without blanks at their ends.
    package func lines(_ rows: [[String]]) -> [String] {
        let widths = widths(rows)
        return ([columns.map(\.heading)] + rows).map { row in
            var line = ""
            for (index, column) in columns.enumerated() {
                let blanks = String(repeating: " ", count: widths[index] - row[index].count)
                if index > 0 { line += "  " }
                switch column {
                case .left: line += row[index] + blanks
                case .right: line += blanks + row[index]
                }
            }
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
