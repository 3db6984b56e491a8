internal import Foundation
internal import Model
internal import NIOCore

/// Reads the answers to lookups and searches.
enum BookAnswer {
    private struct Lookup: Decodable {
        struct Book: Decodable {
            let number: String
            let cost: String
            let stock: Int64

            enum CodingKeys: String, CodingKey {
                case number = "item_number"
                case cost
                case stock
            }
        }
        let result: Book
    }

    private struct Search: Decodable {
        struct Row: Decodable {
            let number: String

            enum CodingKeys: String, CodingKey { case number = "item_number" }
        }
        let result: [Row]
    }

    /// A lookup's book; nil when the body is no such answer.
    static func parse(_ body: ByteBuffer) -> (item: ItemNumber, stock: Int64, price: Cents)? {
        guard let answer = try? JSONDecoder().decode(Lookup.self, from: Data(body.readableBytesView)),
            let item = ItemNumber(parsing: answer.result.number),
            let price = Cents(parsing: answer.result.cost)
        else { return nil }
        return (item, answer.result.stock, price)
    }

    /// A search's item numbers; nil when the body is no such answer.
    static func parseItems(_ body: ByteBuffer) -> [ItemNumber]? {
        guard let answer = try? JSONDecoder().decode(Search.self, from: Data(body.readableBytesView)) else {
            return nil
        }
        return answer.result.compactMap { ItemNumber(parsing: $0.number) }
    }
}
