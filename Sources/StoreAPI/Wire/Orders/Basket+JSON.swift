internal import Foundation
package import Model
package import NIOCore
package import TierHTTP

// A basket as /basket takes and shows it.
extension Schema {
    static let newBasket = Schema.object(
        [
            "basket": .string(pattern: BasketID.pattern),
            "lines": .array(of: orderLine, count: 0...NewOrder.lineCountMax),
        ], isClosed: true
    ).named("NewBasket")

    private static let basketLine = Schema.object(
        ["item_number": .itemNumber, "copies": .integer(1...OrderLine.copiesMax), "stock": .count],
        optional: ["title": .string, "topic": .string, "cost": .amount]
    ).saying("Without title, topic and cost for a book that is no longer sold.")

    static let basketResult = Schema.result(
        .object([
            "lines": .array(of: basketLine), "total": .amount,
        ])
    ).named("BasketResult")
}

extension Basket {
    /// The answer that shows it.
    package var result: ByteBuffer {
        .result { json in
            json.writeStaticString(#"{"lines":"#)
            json.writeArray(lines) { json, line in
                json.writeString(
                    #"{"item_number":"\#(line.item)","copies":\#(line.copies),"#
                        + #""stock":\#(line.book?.stock ?? 0)"#)
                if let book = line.book {
                    json.writeStaticString(#","title":"#)
                    json.writeJSONString(book.title)
                    json.writeStaticString(#","topic":"#)
                    json.writeJSONString(book.topic)
                    json.writeString(#","cost":"\#(book.price)""#)
                }
                json.writeStaticString("}")
            }
            json.writeString(#","total":"\#(Cents.text(ofSum: totalCents))"}"#)
        }
    }
}

// As clients read it.
extension Basket: Decodable {
    private enum CodingKeys: String, CodingKey {
        case lines
    }

    package init(from decoder: any Decoder) throws {
        self.init(lines: try decoder.container(keyedBy: CodingKeys.self).decode([Line].self, forKey: .lines))
    }
}

extension Basket.Line: Decodable {
    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case copies, stock, title, topic
        case price = "cost"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        let item = try members.decode(ItemNumber.self, forKey: .item)
        let title = try members.decodeIfPresent(String.self, forKey: .title)
        self.init(
            item: item, copies: try members.decode(Int64.self, forKey: .copies),
            book: try title.map {
                Book(
                    item: item, title: $0, topic: try members.decode(String.self, forKey: .topic),
                    price: try members.decode(Cents.self, forKey: .price),
                    stock: try members.decode(Int64.self, forKey: .stock))
            })
    }
}

extension TierRequest {
    /// The basket that a customer asks for.
    package func basketID() throws(StoreError) -> BasketID {
        try Self.basketID(try target.required("basket", orInPath: false))
    }

    /// A basket and its new lines, each book once; read strictly.
    package func newBasket() -> EventLoopFuture<(BasketID, [OrderLine])> {
        json(known: ["basket", "lines"]) { body in
            let id = try Self.basketID(try body.text("basket") ?? "")
            guard let lines = body.value("lines") else { throw body.fault("lines", "is missing") }
            if case .array(let values) = lines, values.isEmpty { return (id, []) }
            return (id, try OrderLine.added(try OrderLine.all(in: body)))
        }
    }

    private static func basketID(_ text: String) throws(StoreError) -> BasketID {
        guard let id = BasketID(parsing: text) else {
            throw .invalid("basket is not its name of 32 lower-case hexadecimal digits")
        }
        return id
    }
}
