internal import Model
internal import Services

/// Which books a storekeeper wants to see.
package struct BookFilter: Sendable {
    var topic: String?
    /// Books with at most so many units.
    var stockMax: Int64?
    var retired = RetiredBooks.without
    /// Books with a higher number.
    var after: Int64 = 0
    var limit: Int
}
