internal import Model
internal import Monitoring

/// The share of each operation. All shares add up to 1.
package struct OperationMix: Equatable, Sendable {
    /// The name, such as `browsing`, or `custom` when the shares were given individually.
    package let name: String
    private let shares: [Double]

    private init(name: String, weights: [Double]) {
        self.name = name
        let total = weights.reduce(0, +)
        shares = weights.map { $0 / total }
    }

    /// Creates a mix of only one operation.
    package init(only operation: BenchOperation) {
        self.init(
            name: operation.rawValue, weights: BenchOperation.allCases.map { $0 == operation ? 1 : 0 })
    }

    /// Parses `browsing`, `shopping` or `ordering`, or weights such as `search=20,lookup=70,buy=10`. An
    /// omitted operation has weight 0.
    package init(parsing text: String) throws(ArgumentFault) {
        if let named = TPCW.mixes[text] {
            self.init(name: text, weights: named.weights)
            return
        }
        var weights = [Double](repeating: 0, count: BenchOperation.allCases.count)
        var seen: Set<BenchOperation> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, let operation = BenchOperation(rawValue: String(sides[0])) else {
                throw ArgumentFault(
                    "'\(part)' in the mix is not search=N, lookup=N or buy=N; "
                        + "named mixes are browsing, shopping and ordering")
            }
            guard let weight = Double(sides[1]), weight.isFinite, weight >= 0 else {
                throw ArgumentFault(
                    "the weight '\(sides[1])' of \(operation.rawValue) is not a number from 0")
            }
            guard seen.insert(operation).inserted else {
                throw ArgumentFault("the mix names \(operation.rawValue) twice")
            }
            weights[operation.index] = weight
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw ArgumentFault("the mix has no weight above 0")
        }
        self.init(name: "custom", weights: weights)
    }

    /// An operation's share, 0 … 1.
    package func share(of operation: BenchOperation) -> Double { shares[operation.index] }

    /// The operations with a share above 0.
    package var operations: [BenchOperation] { BenchOperation.allCases.filter { share(of: $0) > 0 } }

    /// Draws one operation.
    func pick(using random: inout FastRandom) -> BenchOperation {
        let drawn = Double.random(in: 0..<1, using: &random)
        if drawn < shares[0] { return .search }
        if drawn < shares[0] + shares[1] { return .lookup }
        // Rounding may leave the sum of shares slightly below 1.
        return shares[2] > 0 ? .buy : shares[1] > 0 ? .lookup : .search
    }

    /// `shopping (59.7 % search, 37.6 % lookup, 2.7 % buy)`.
    package var description: String {
        if operations.count == 1 { return "only \(operations[0].rawValue)" }
        let parts = operations.map { "\(Figure.fixed(share(of: $0) * 100, digits: 1)) % \($0.rawValue)" }
        return "\(name) (\(parts.joined(separator: ", ")))"
    }
}

/// How often a shopper of TPC-W requests each kind of page, in percent (TPC Benchmark W 1.8, clause 5.2.1).
///
/// A search returns a list of books, like New Products, Best Sellers and Search Results. A lookup shows one
/// book, like Product Detail. A buy corresponds to Buy Confirm. The other pages (forms, home, cart,
/// registration, order display, administration) have no counterpart here, so they are omitted and the rest is
/// scaled to 100 %.
enum TPCW {
    struct Mix {
        let home: Double
        let newProducts: Double
        let bestSellers: Double
        let productDetail: Double
        let searchRequest: Double
        let searchResults: Double
        let cart: Double
        let registration: Double
        let buyRequest: Double
        let buyConfirm: Double
        let orderInquiry: Double
        let orderDisplay: Double
        let adminRequest: Double
        let adminConfirm: Double

        /// The weights of search, lookup and buy.
        var weights: [Double] { [newProducts + bestSellers + searchResults, productDetail, buyConfirm] }
    }

    static let mixes: [String: Mix] = [
        "browsing": Mix(
            home: 29.00, newProducts: 11.00, bestSellers: 11.00, productDetail: 21.00, searchRequest: 12.00,
            searchResults: 11.00, cart: 2.00, registration: 0.82, buyRequest: 0.75, buyConfirm: 0.69,
            orderInquiry: 0.30, orderDisplay: 0.25, adminRequest: 0.10, adminConfirm: 0.09),
        "shopping": Mix(
            home: 16.00, newProducts: 5.00, bestSellers: 5.00, productDetail: 17.00, searchRequest: 20.00,
            searchResults: 17.00, cart: 11.60, registration: 3.00, buyRequest: 2.60, buyConfirm: 1.20,
            orderInquiry: 0.75, orderDisplay: 0.66, adminRequest: 0.10, adminConfirm: 0.09),
        "ordering": Mix(
            home: 9.12, newProducts: 0.46, bestSellers: 0.46, productDetail: 12.35, searchRequest: 14.53,
            searchResults: 13.08, cart: 13.53, registration: 12.86, buyRequest: 12.73, buyConfirm: 10.18,
            orderInquiry: 0.25, orderDisplay: 0.22, adminRequest: 0.12, adminConfirm: 0.11),
    ]
}
