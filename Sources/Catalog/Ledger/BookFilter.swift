internal import Model
internal import Services

/// Which books a storekeeper wants to see.
struct BookFilter: Sendable {
    /// Whether retired books are among them.
    enum Retired: String, CaseIterable, Sendable {
        case without = "false"
        case with = "true"
        case only
    }

    var topic: String?
    /// Books with at most so many units.
    var stockMax: Int64?
    var retired = Retired.without
    /// Books with a higher number.
    var after: Int64 = 0
    var limit: Int
}
