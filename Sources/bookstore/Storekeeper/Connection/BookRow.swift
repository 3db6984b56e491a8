internal import Model

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
