internal import Model

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
