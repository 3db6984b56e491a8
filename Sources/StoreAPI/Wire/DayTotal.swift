package import NIOCore
internal import TierHTTP

extension Schema {
    static let totals = Schema.result(
        .array(
            of: .object([
                "day": .string(format: "date"), "topic": .string, "sales": .integer(), "revenue": .sum,
            ]))
    ).named("Totals")
}

/// The sales of one day and topic.
package struct DayTotal: Decodable, Sendable {
    /// Such as `2026-11-24`.
    package let day: String
    package let topic: String
    package let sales: Int64
    /// A decimal amount, which may pass what one price can be, and is less than 0 where more came back than was sold.
    package let revenue: String

    package init(day: String, topic: String, sales: Int64, revenue: String) {
        self.day = day
        self.topic = topic
        self.sales = sales
        self.revenue = revenue
    }

    /// The answer that lists some totals.
    package static func result(_ totals: [DayTotal]) -> ByteBuffer {
        .result { json in
            json.writeArray(totals) { json, total in
                json.writeString(#"{"day":"\#(total.day)","topic":"#)
                json.writeJSONString(total.topic)
                json.writeString(#","sales":\#(total.sales),"revenue":"\#(total.revenue)"}"#)
            }
        }
    }
}
