internal import Model

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
