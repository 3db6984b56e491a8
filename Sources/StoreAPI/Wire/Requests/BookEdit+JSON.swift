package import Model
internal import TierHTTP

// A change of what is said of a book, among the members of the request.
extension Schema {
    static let edit = Schema.object(
        ["item_number": .itemNumber],
        optional: [
            "title": .string(lengthMax: ShopText.titleByteCountMax),
            "topic": .string(lengthMax: ShopText.topicByteCountMax), "expect_version": .version,
            "actor": .actor, "reason": .reason,
        ], further: BookFact.members { $0.newSchema.orNull }, anyOf: ["title", "topic"] + BookFact.names,
        isClosed: true
    ).named("Edit")
}

extension BookEdit: Encodable {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case item = "item_number"
        case title, topic
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(item, forKey: .item)
        try members.encodeIfPresent(title, forKey: .title)
        try members.encodeIfPresent(topic, forKey: .topic)
        var details = encoder.container(keyedBy: BookFact.self)
        for fact in BookFact.allCases {
            if let text = facts[fact] { try fact.encode(text, to: &details) }
        }
    }

    init(_ body: JSONBody) throws(StoreError) {
        for name in ["title", "topic"] where body.value(name) == .null {
            throw body.fault(name, "cannot be removed")
        }
        self.init(
            item: try body.item(), title: try body.line("title", byteCountMax: ShopText.titleByteCountMax),
            topic: try body.line("topic", byteCountMax: ShopText.topicByteCountMax), facts: try body.facts())
        guard !isEmpty else {
            throw .invalid("there is nothing to edit: give a title, a topic or a detail of the book")
        }
    }
}
