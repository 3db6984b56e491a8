package import Model

/// The books that a load requests.
package enum ItemSet: Equatable, Sendable {
    /// Individual item numbers.
    case list([ItemNumber])
    /// All numbers of a range.
    case range(ClosedRange<Int64>)

    /// The most books that a load may spread over: their popularity is a table in memory.
    package static let countMax = 10_000_000

    /// Parses `A-B` or a single number.
    package init(parsing text: String) throws(ArgumentFault) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let first = ends.first.flatMap({ ItemNumber(parsing: $0) }),
            let last = ends.last.flatMap({ ItemNumber(parsing: $0) }), first <= last
        else { throw ArgumentFault("'\(text)' is not a range of item numbers such as 1-1000") }
        guard last.value - first.value < Self.countMax else {
            throw ArgumentFault("'\(text)' has more than \(Self.countMax) item numbers")
        }
        self = .range(first.value...last.value)
    }

    /// The number of books.
    package var count: Int {
        switch self {
        case .list(let items): items.count
        case .range(let range): range.count
        }
    }

    /// The number of the `rank`-th book, from 0.
    func number(at rank: Int) -> Int64 {
        switch self {
        case .list(let items): items[rank].value
        case .range(let range): range.lowerBound + Int64(rank)
        }
    }

    var description: String {
        switch self {
        case .list(let items) where items.count == 1: "book \(items[0])"
        case .list(let items): "\(items.count) books"
        case .range(let range) where range.count == 1: "book \(range.lowerBound)"
        case .range(let range): "books \(range.lowerBound)–\(range.upperBound)"
        }
    }
}
