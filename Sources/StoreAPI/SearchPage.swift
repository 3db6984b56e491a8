package import Model
package import TierHTTP

/// The part of a search's answer that is wanted: at most `limit` books, after the number `after`.
package struct SearchPage: Equatable, Sendable {
    /// How many books, 1 … ``StoreLimits/searchCountMax``; nil for all that follow.
    package let limit: Int?
    /// The book behind which the page begins; nil for the first page.
    package let after: ItemNumber?

    /// Takes checked parts as they are.
    package init(limit: Int?, after: ItemNumber?) {
        self.limit = limit
        self.after = after
    }

    /// The page as further parameters of a search, `&limit=…&after=…`.
    package var parameters: String {
        (limit.map { "&limit=\($0)" } ?? "") + (after.map { "&after=\($0)" } ?? "")
    }
}

extension TierRequest {
    /// The part of a search's answer that is wanted; nil, the contract's way, for all of it.
    ///
    /// - Throws: ``StoreError/invalid(_:)`` for a limit or item number that is none.
    package func searchPage() throws(StoreError) -> SearchPage? {
        var limit: Int?
        if let text = try target.parameter("limit") {
            guard let number = Int(text), (1...StoreLimits.searchCountMax).contains(number),
                String(number) == text
            else { throw .invalid("limit is not a whole number from 1 to \(StoreLimits.searchCountMax)") }
            limit = number
        }
        var after: ItemNumber?
        if let text = try target.parameter("after") {
            guard let item = ItemNumber(parsing: text) else {
                throw .invalid("after is not a whole number from 1 to \(ItemNumber.valueMax)")
            }
            after = item
        }
        return limit == nil && after == nil ? nil : SearchPage(limit: limit, after: after)
    }
}
