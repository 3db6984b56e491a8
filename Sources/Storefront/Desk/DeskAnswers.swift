public import Model

/// A book as a keeper sees it: what a customer sees, and more.
extension BookDetails: Decodable {
    private enum CodingKeys: String, CodingKey {
        case sold
        case isRetired = "retired"
        case version
    }

    /// Reads what the routes for storekeepers answer.
    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            book: try Book(from: decoder), sold: try fields.decode(Int64.self, forKey: .sold),
            isRetired: try fields.decode(Bool.self, forKey: .isRetired),
            version: try fields.decode(Int64.self, forKey: .version))
    }
}

/// An entry of the ledger.
struct Movement: Decodable, Sendable {
    let item: String
    let title: String
    /// `sale`, `update`, `add` or `retire`.
    let kind: String
    let units: Int64?
    let price: String?
    let stockAfter: Int64
    /// What the book costs then; nil where an older ledger does not say.
    let priceAfter: String?
    let time: String
    let actor: String?
    let reason: String?

    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case title
        case kind
        case units
        case price = "cost"
        case stockAfter = "stock_after"
        case priceAfter = "cost_after"
        case time
        case actor
        case reason
    }
}

/// The sales of one day and topic.
struct DayTotal: Decodable, Sendable {
    /// The day in UTC, such as `2026-11-24`.
    let day: String
    let topic: String
    let sales: Int64
    /// A decimal amount.
    let revenue: String
}

/// One of the store's servers as the frontend sees it.
struct TierHealth: Decodable, Sendable {
    let tier: String
    let ready: Bool
    let detail: String
    let millis: Double?
}

/// Changes that are made together or not at all.
struct ChangeOrder: Encodable, Sendable {
    struct Update: Encodable, Sendable {
        let item: String
        /// A signed change.
        var stock: Int64?
        var price: String?
        var expectedStock: Int64?
        var expectedPrice: String?

        private enum CodingKeys: String, CodingKey {
            case item = "item_number"
            case stock
            case price = "cost"
            case expectedStock = "expect_stock"
            case expectedPrice = "expect_cost"
        }
    }

    let actor: String
    let reason: String
    let updates: [Update]
}

/// A book to be added.
struct AddOrder: Encodable, Sendable {
    let title: String
    let topic: String
    let price: String
    let stock: Int64
    /// Nil takes the next free number.
    let item: String?
    let actor: String
    let reason: String

    private enum CodingKeys: String, CodingKey {
        case title
        case topic
        case price = "cost"
        case stock
        case item = "item_number"
        case actor
        case reason
    }
}

/// How many books a file brought.
struct Loaded: Decodable, Sendable {
    let books: Int
}

/// Rows of a file that the catalog refused, by their place in what it was sent.
struct RefusedRows: Decodable, Sendable {
    struct Row: Decodable, Sendable {
        let line: Int
        let reason: String
    }

    let lines: [Row]
    let count: Int

    private enum CodingKeys: String, CodingKey {
        case lines
        case count = "line_count"
    }
}

/// A book to be retired.
struct RetireOrder: Encodable, Sendable {
    let item: String
    let expectedVersion: Int64
    let actor: String
    let reason: String

    private enum CodingKeys: String, CodingKey {
        case item = "item_number"
        case expectedVersion = "expect_version"
        case actor
        case reason
    }
}

/// A refusal because books are not what the sender took them for.
struct Conflict: Decodable, Sendable {
    let detail: String?
    let current: [BookDetails]?
}
