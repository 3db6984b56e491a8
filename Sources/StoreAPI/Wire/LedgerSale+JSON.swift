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
}
