/// A page of a list.
struct KeeperPage<Row: Decodable>: Decodable {
    let result: [Row]
    let next: String?
}

/// One thing.
struct KeeperResult<Row: Decodable>: Decodable {
    let result: Row
}

/// A book as the server shows it to storekeepers.
struct BookRow: Codable {
    let itemNumber: String
    let title: String
    let type: String
    let cost: String
    let stock: Int64
    let sold: Int64
    let retired: Bool
    let version: Int64

    static let table = TextTable([
        .right("number"), .right("stock"), .right("cost"), .right("sold"), .left("topic"), .left("title"),
    ])

    var cells: [String] {
        [itemNumber, String(stock), cost, String(sold), type, retired ? title + " (retired)" : title]
    }
}

/// A movement of the ledger.
struct MovementRow: Decodable {
    let sequence: Int64
    let itemNumber: String
    let title: String
    let kind: String
    let units: Int64?
    let cost: String?
    let stockAfter: Int64
    let costAfter: String?
    let time: String
    let actor: String?
    let reason: String?

    static let table = TextTable([
        .right("sequence"), .left("time"), .left("kind"), .right("book"), .right("units"), .right("cost"),
        .right("stock then"), .left("by"), .left("why"),
    ])

    var cells: [String] {
        [
            String(sequence), time, kind, itemNumber, units.map { $0 > 0 ? "+\($0)" : "\($0)" } ?? "",
            cost ?? "",
            String(stockAfter), actor ?? "", reason ?? "",
        ]
    }
}

/// An order.
struct OrderRow: Decodable {
    let number: Int64
    let itemNumber: String
    let key: String
    let sale: Int64?
    let time: String

    static let table = TextTable([
        .right("number"), .left("time"), .right("book"), .right("sale"), .left("key"),
    ])

    var cells: [String] { [String(number), time, itemNumber, sale.map { String($0) } ?? "", key] }
}

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
