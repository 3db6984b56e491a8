internal import Foundation
internal import Model
internal import Monitoring
internal import StoreAPI

/// Sales by day and by topic, including the days without sales.
struct SalesTable: Sendable {
    /// Units and money.
    struct Sum: Sendable {
        var sales: Int64 = 0
        var cents: Int64 = 0

        mutating func add(_ total: DayTotal) {
            sales += total.sales
            cents += SalesTable.cents(total.revenue)
        }
    }

    /// A day with its sales of each topic.
    struct Day: Sendable {
        let name: String
        var sum = Sum()
        var topics: [String: Int64] = [:]
    }

    /// The days from the oldest to today.
    let days: [Day]
    /// The topics from the best-selling one down.
    let topics: [(name: String, sum: Sum)]
    let total: Sum

    var today: Sum { days.last?.sum ?? Sum() }

    /// - Parameter count: the number of days, including today.
    init(_ totals: [DayTotal], days count: Int, now: Date = Date()) {
        let today = ShopProfile.current.zone.local(Timestamp(now)).dayNumber
        let names = (0..<count).reversed().map { Timestamp.dayText(today - Int64($0)) }
        var days = names.map { Day(name: $0) }
        let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        var topics: [String: Sum] = [:]
        var sum = Sum()
        for total in totals {
            guard let place = places[total.day] else { continue }
            days[place].sum.add(total)
            days[place].topics[total.topic, default: 0] += total.sales
            topics[total.topic, default: Sum()].add(total)
            sum.add(total)
        }
        self.days = days
        self.topics = topics.map { (name: $0.key, sum: $0.value) }
            .sorted { ($1.sum.sales, $0.name) < ($0.sum.sales, $1.name) }
        total = sum
    }

    /// The cents of a decimal amount of any size; 0 for anything else.
    private static func cents(_ text: String) -> Int64 {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }.split(separator: ".", maxSplits: 1)
        guard let whole = parts.first.flatMap({ Int64($0) }) else { return 0 }
        let fraction = parts.count == 2 ? (parts[1] + "00").prefix(2) : "00"
        let cents = whole * 100 + (Int64(fraction) ?? 0)
        return isNegative ? -cents : cents
    }
}
