package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let receipt = Schema.object([
        "outcome": outcomeText, "item_number": .itemNumber, "title": .string, "type": .string,
        "cost": .amount, "time": .time,
    ]).named("Receipt")
}

extension Receipt {
    /// The answer that shows it.
    package var result: ByteBuffer {
        .result { json in
            json.writeString(#"{"outcome":"\#(outcome.rawValue)","item_number":"\#(item)","title":"#)
            json.writeJSONString(title)
            json.writeStaticString(#","type":"#)
            json.writeJSONString(topic)
            json.writeString(#","cost":"\#(price)","time":"\#(time)"}"#)
        }
    }
}
