/// A number of a book by which lists are sorted and which only the database knows.
package enum BookFigure: Sendable {
    /// Copies sold.
    case sold
    /// The movement that added it; 0 for those that the store was opened with.
    case added

    /// So many books are asked for by their numbers; for more the whole table is read.
    static let namedCountMax = 10_000
}
