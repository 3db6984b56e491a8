package import Model

/// A book as a keeper sees it: what a customer sees, and more.
extension BookDetails: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sold
        case isRetired = "retired"
        case version
    }

    /// Reads what the routes for storekeepers answer.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            book: try Book(from: decoder), sold: try fields.decode(Int64.self, forKey: .sold),
            isRetired: try fields.decode(Bool.self, forKey: .isRetired),
            version: try fields.decode(Int64.self, forKey: .version))
    }
}
