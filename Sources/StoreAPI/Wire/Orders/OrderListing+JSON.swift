package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let orderPage = Schema.page(
        of: .object([
            "number": .integer(), "item_number": .itemNumber, "key": .string, "sale": .integer().orNull,
            "time": .time,
        ])
    ).named("OrderPage")
}

extension OrderListing {
    package func write(to json: inout ByteBuffer) {
        json.writeString(#"{"number":\#(number),"item_number":"\#(item)","key":"#)
        json.writeJSONString(key.text)
        json.writeString(#","sale":\#(sale.map { String($0) } ?? "null"),"time":"\#(time)"}"#)
    }
}
