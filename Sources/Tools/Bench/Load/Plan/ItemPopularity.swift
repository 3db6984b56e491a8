internal import Foundation
internal import Model
internal import Monitoring

/// How likely each book is requested: all equally, or by Zipf's law, where the k-th most popular of n books
/// has a probability proportional to 1/k^s.
struct ItemPopularity: Sendable {
    let items: ItemSet
    let exponent: Double?
    /// For each rank, the probability of this rank or a lower one; nil when all are equally likely.
    private let cumulative: [Double]?

    /// - Parameter exponent: the s of Zipf's law, from 0; nil makes all books equally likely.
    init(items: ItemSet, exponent: Double?) {
        self.items = items
        self.exponent = exponent
        guard let exponent, items.count > 1 else {
            cumulative = nil
            return
        }
        var sum = 0.0
        var sums: [Double] = []
        sums.reserveCapacity(items.count)
        for rank in 1...items.count {
            sum += Self.weight(rank: rank, exponent: exponent)
            sums.append(sum)
        }
        cumulative = sums.map { $0 / sum }
    }

    /// Draws a book's number.
    func pick(using random: inout FastRandom) -> Int64 {
        guard let cumulative else {
            return items.number(at: items.count == 1 ? 0 : Int.random(in: 0..<items.count, using: &random))
        }
        let drawn = Double.random(in: 0..<1, using: &random)
        // Rounding may leave the last sum slightly below 1.
        return items.number(at: cumulative.dropLast().partitioningIndex { $0 > drawn })
    }

    /// The share of requests for the most popular book.
    var topShare: Double { cumulative?.first ?? 1 / Double(items.count) }

    var description: String {
        guard let exponent else { return items.description + (items.count > 1 ? ", all alike" : "") }
        let share = Figure.fixed(topShare * 100, digits: 1)
        return "\(items.description), Zipf with s = \(exponent) (\(share) % for the most popular)"
    }

    private static func weight(rank: Int, exponent: Double) -> Double { 1 / pow(Double(rank), exponent) }
}
