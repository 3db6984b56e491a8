internal import Model

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
