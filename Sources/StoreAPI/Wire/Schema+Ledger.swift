internal import Model
internal import TierHTTP

// What was sold and changed.
extension Schema {
    static let receiptResult = Schema.result(
        .object([
            "outcome": outcomeText, "item_number": .itemNumber, "title": .string, "type": .string,
            "cost": .amount, "time": .time,
        ])
    ).named("ReceiptResult")

    static let movementPage = Schema.page(
        of: .object([
            "sequence": .integer(), "item_number": .itemNumber, "title": .string,
            "kind": .choice(["sale", "update", "add", "retire"]), "units": .integer().orNull,
            "cost": .amount.orNull, "stock_after": .count, "cost_after": .amount.orNull, "time": .time,
            "actor": .string.orNull, "reason": .string.orNull,
        ])
    ).named("MovementPage")

    static let totals = Schema.result(
        .array(
            of: .object([
                "day": .string(format: "date"), "topic": .string, "sales": .integer(), "revenue": .amount,
            ]))
    ).named("Totals")

    static let orderPage = Schema.page(
        of: .object([
            "number": .integer(), "item_number": .itemNumber, "key": .string, "sale": .integer().orNull,
            "time": .time,
        ])
    ).named("OrderPage")
}
