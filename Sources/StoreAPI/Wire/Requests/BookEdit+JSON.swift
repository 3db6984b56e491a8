package import Model

extension BookEdit: Encodable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.init(stringValue) }
        init?(intValue: Int) { nil }
    }

    /// Writes what it changes as members; null is what it removes.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Name.self)
        try members.encode(item, forKey: Name("item_number"))
        try members.encodeIfPresent(title, forKey: Name("title"))
        try members.encodeIfPresent(topic, forKey: Name("topic"))
        for (fact, text) in facts {
            guard let text else {
                try members.encodeNil(forKey: Name(fact.rawValue))
                continue
            }
            if fact.isList {
                try members.encode(fact.parts(of: text), forKey: Name(fact.rawValue))
            } else {
                try members.encode(text, forKey: Name(fact.rawValue))
            }
        }
    }
}
