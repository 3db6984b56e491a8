/// Whether as many copies were sold as there were.
package struct SaleCheck: Codable, Equatable, Sendable {
    /// The book.
    package let item: Int64
    /// Copies on the shelf at the start.
    package let stockAtStart: Int64
    /// Purchases that were answered `Success`.
    package let sold: Int
    /// Purchases without an answer, which may or may not have sold a copy.
    package let unknown: Int
    /// Copies on the shelf at the end.
    package let stockAtEnd: Int64

    /// Whether the books balance.
    package var isRight: Bool { fault == nil }

    /// The error in the books; nil when there is none.
    package var fault: String? {
        if Int64(sold) > stockAtStart {
            return "oversold: \(sold) purchases of book \(item) succeeded, with \(stockAtStart) copies"
        }
        if unknown > 0 {
            return "undecided: \(sold) of \(stockAtStart) copies of book \(item) sold, "
                + "\(unknown) purchases without an answer"
        }
        if stockAtEnd != 0 {
            return "not sold out: book \(item) has \(stockAtEnd) copies left, \(sold) of \(stockAtStart) sold"
        }
        if Int64(sold) < stockAtStart {
            return "lost: book \(item) is sold out, but only \(sold) of \(stockAtStart) purchases succeeded"
        }
        return nil
    }
}
