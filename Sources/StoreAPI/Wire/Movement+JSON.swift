package import Model
package import NIOCore
internal import TierHTTP

extension Schema {
    static let movementPage = Schema.page(
        of: .object(
            [
                "sequence": .integer(), "item_number": .itemNumber, "title": .string,
                "kind": .choice(Movement.Kind.allCases.map(\.rawValue)), "units": .integer().orNull,
                "cost": .amount.orNull, "stock_after": .count, "cost_after": .amount.orNull, "time": .time,
                "actor": .string.orNull, "reason": .string.orNull,
            ],
            optional: [
                "changes": .array(
                    of: .object(["field": .string], optional: ["from": .string, "to": .string])
                ).saying("Of an edit.")
            ])
    ).named("MovementPage")
}

extension Movement {
    package func write(to json: inout ByteBuffer) {
        json.writeString(#"{"sequence":\#(sequence),"item_number":"\#(item)","title":"#)
        json.writeJSONString(title)
        json.writeString(#","kind":"\#(kind.rawValue)","units":"#)
        json.writeString(units.map { String($0) } ?? "null")
        json.writeStaticString(#","cost":"#)
        json.writeJSONString(orNull: price?.description)
        json.writeString(#","stock_after":\#(stockAfter),"cost_after":"#)
        json.writeJSONString(orNull: priceAfter?.description)
        json.writeString(#","time":"\#(time)","actor":"#)
        json.writeJSONString(orNull: actor)
        json.writeStaticString(#","reason":"#)
        json.writeJSONString(orNull: reason)
        if !changes.isEmpty {
            json.writeStaticString(#","changes":"#)
            json.writeArray(changes) { $1.write(to: &$0) }
        }
        json.writeStaticString("}")
    }
}

extension FieldChange {
    fileprivate func write(to json: inout ByteBuffer) {
        json.writeStaticString(#"{"field":"#)
        json.writeJSONString(field)
        for (name, text) in [("from", from), ("to", to)] {
            guard let text else { continue }
            json.writeString(#","\#(name)":"#)
            json.writeJSONString(text)
        }
        json.writeStaticString("}")
    }
}
