internal import Foundation
package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let sales = Schema.result(
        .array(of: .object(["sale": .string, "item_number": .itemNumber, "key": .string]))
    ).named("Sales")
}

extension LedgerSale {
    /// The answer that lists some sales.
    package static func result(_ sales: [LedgerSale]) -> ByteBuffer {
        var json = ByteBufferAllocator().buffer(capacity: 16 + sales.count * 80)
        json.writeStaticString(#"{"result":"#)
        json.writeArray(sales) { json, sale in
            json.writeString(#"{"sale":"\#(sale.position)","item_number":"\#(sale.item)","key":"#)
            json.writeJSONString(sale.key.text)
            json.writeStaticString("}")
        }
        json.writeStaticString("}")
        return json
    }

    private struct Answer: Decodable {
        let result: [Row]
    }

    private struct Row: Decodable {
        let sale: String
        let itemNumber: String
        let key: String

        enum CodingKeys: String, CodingKey {
            case sale, key
            case itemNumber = "item_number"
        }
    }

    /// Reads such an answer; nil for anything else.
    package static func list(in answer: ByteBuffer) -> [LedgerSale]? {
        guard let rows = try? JSONDecoder().decode(Answer.self, from: Data(answer.readableBytesView)).result
        else { return nil }
        let sales = rows.compactMap { row -> LedgerSale? in
            guard let position = SalePosition(parsing: row.sale),
                let item = ItemNumber(parsing: row.itemNumber)
            else { return nil }
            return LedgerSale(position: position, item: item, key: IdempotencyKey(trusted: row.key))
        }
        return sales.count == rows.count ? sales : nil
    }
}
