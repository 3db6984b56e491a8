package import Model
internal import TierHTTP

// A book as /add takes it, among the members of the request.
extension Schema {
    static let newBook = Schema.object(
        [
            "title": .string(lengthMax: ShopText.titleByteCountMax),
            "topic": .string(lengthMax: ShopText.topicByteCountMax), "cost": .newAmount,
        ],
        optional: ["item_number": .itemNumber, "stock": .stock, "actor": .actor, "reason": .reason],
        further: BookFact.members { $0.newSchema.orNull }, isClosed: true
    ).named("NewBook")
}

extension NewBook: Encodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case item = "item_number"
        case title, topic
        case price = "cost"
        case stock
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(item, forKey: .item)
        try members.encode(title, forKey: .title)
        try members.encode(topic, forKey: .topic)
        try members.encode(price, forKey: .price)
        try members.encode(stock, forKey: .stock)
        try facts.encode(to: encoder)
    }

    init(_ body: JSONBody) throws(StoreError) {
        guard let title = try body.line("title", byteCountMax: ShopText.titleByteCountMax) else {
            throw body.fault("title", "is missing")
        }
        guard let topic = try body.line("topic", byteCountMax: ShopText.topicByteCountMax) else {
            throw body.fault("topic", "is missing")
        }
        guard let price = try body.price("cost") else { throw body.fault("cost", "is missing") }
        let hasNumber = try body.text("item_number") != nil
        self.init(
            item: hasNumber ? try body.item() : nil, title: title, topic: topic, price: price,
            stock: try body.integer("stock", in: 0...Book.stockMax) ?? 0,
            facts: BookFacts.none.applying(try body.facts()))
    }
}
