package import Model

// The bodies of /updates, /add and /retire, as clients write them; TierRequest+Storekeeper reads them.
extension KeeperRequest: Encodable {
    private enum CodingKeys: String, CodingKey {
        case actor, reason, updates, title, topic, stock
        case item = "item_number"
        case price = "cost"
        case expectedVersion = "expect_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encodeIfPresent(actor, forKey: .actor)
        try members.encodeIfPresent(reason, forKey: .reason)
        switch work {
        case .updates(let updates): try members.encode(updates, forKey: .updates)
        case .add(let book):
            try members.encodeIfPresent(book.item, forKey: .item)
            try members.encode(book.title, forKey: .title)
            try members.encode(book.topic, forKey: .topic)
            try members.encode(book.price, forKey: .price)
            try members.encode(book.stock, forKey: .stock)
        case .retire(let item, let expectedVersion):
            try members.encode(item, forKey: .item)
            try members.encodeIfPresent(expectedVersion, forKey: .expectedVersion)
        // Travels as lines of text.
        case .load: break
        }
    }
}

extension KeeperUpdate: Encodable {
    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case price = "cost"
        case units = "stock"
        case expectedPrice = "expect_cost"
        case expectedStock = "expect_stock"
        case expectedVersion = "expect_version"
    }

    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(change.item, forKey: .item)
        try members.encodeIfPresent(change.price, forKey: .price)
        try members.encodeIfPresent(change.units, forKey: .units)
        try members.encodeIfPresent(expectation.price, forKey: .expectedPrice)
        try members.encodeIfPresent(expectation.stock, forKey: .expectedStock)
        try members.encodeIfPresent(expectation.version, forKey: .expectedVersion)
    }
}
