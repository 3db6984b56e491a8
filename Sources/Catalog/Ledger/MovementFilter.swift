internal import Model

/// Which movements a storekeeper wants to see, the newest first.
package struct MovementFilter: Sendable {
    typealias Kind = Movement.Kind

    /// Only those of one book.
    var item: ItemNumber?
    /// Only those of one kind.
    var kind: Kind?
    /// Only those before this one; nil for all.
    var before: Int64?
    var limit: Int
}
