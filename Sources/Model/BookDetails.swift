/// A book as a storekeeper sees it.
package struct BookDetails: Equatable, Sendable {
    /// The book in its present state.
    package let book: Book
    /// Copies sold so far.
    package let sold: Int64
    /// Whether it was taken out of the shop.
    package let isRetired: Bool
    /// The number of the book's last movement in the ledger, 0 before the first: two readings with the same
    /// number are of the same state.
    package let version: Int64
    /// What is known of it besides.
    package let facts: BookFacts

    package init(book: Book, sold: Int64, isRetired: Bool, version: Int64, facts: BookFacts = .none) {
        self.book = book
        self.sold = sold
        self.isRetired = isRetired
        self.version = version
        self.facts = facts
    }
}

// A book with more members.
extension BookDetails: Codable {
    private enum CodingKeys: String, CodingKey {
        case sold, version
        case isRetired = "retired"
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            book: try Book(from: decoder), sold: try members.decode(Int64.self, forKey: .sold),
            isRetired: try members.decode(Bool.self, forKey: .isRetired),
            version: try members.decode(Int64.self, forKey: .version), facts: try BookFacts(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try book.encode(to: encoder)
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(sold, forKey: .sold)
        try members.encode(isRetired, forKey: .isRetired)
        try members.encode(version, forKey: .version)
        try facts.encode(to: encoder)
    }
}
