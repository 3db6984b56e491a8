internal import Foundation
internal import Model

/// A condition under which a run counts as failed: `p99>5ms`, `buy.p99>5ms`, `errors>0`, `throughput<1000`.
package struct Threshold: Equatable, Sendable, CustomStringConvertible {
    enum Metric: Equatable {
        /// A time, in milliseconds.
        case latency(String)
        /// A count, or a rate a second.
        case number(String)
        case share(String)
    }

    enum Comparison: String, CaseIterable {
        // Longer signs first: `>` begins `>=` as well.
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"

        func holds(_ left: Double, _ right: Double) -> Bool {
            switch self {
            case .atLeast: left >= right
            case .atMost: left <= right
            case .above: left > right
            case .below: left < right
            }
        }
    }

    private static let latencies = ["mean", "p50", "p90", "p95", "p99", "p99.9", "max"]
    private static let numbers = ["errors", "sold-out", "throughput", "not-sent", "late"]
    private static let shares = ["error-rate", "cpu"]
    private static let scopes = BenchOperation.allCases.map(\.rawValue) + ["all"]

    /// As it was written.
    package let description: String
    let scope: String?
    let metric: Metric
    let comparison: Comparison
    /// In milliseconds, plain, or as a share.
    let bound: Double

    /// Reads `[search.|lookup.|buy.|all.]metric>bound`, with `>`, `>=`, `<` or `<=`.
    package init(parsing text: String) throws(ArgumentFault) {
        description = text
        let plain = text.replacing(" ", with: "")
        guard let comparison = Comparison.allCases.first(where: { plain.contains($0.rawValue) }),
            let sign = plain.firstRange(of: comparison.rawValue)
        else { throw ArgumentFault("'\(text)' has no >, >=, < or <=; it should look like 'p99>5ms'") }
        self.comparison = comparison
        var name = String(plain[..<sign.lowerBound])
        var scope: String?
        if let dot = name.firstIndex(of: "."), Self.scopes.contains(String(name[..<dot])) {
            scope = String(name[..<dot])
            name = String(name[name.index(after: dot)...])
        }
        self.scope = scope
        let value = String(plain[sign.upperBound...])
        if Self.latencies.contains(name) {
            metric = .latency(name)
            bound = try Self.millis(value, in: text)
        } else if Self.numbers.contains(name) {
            metric = .number(name)
            bound = try Self.number(value.hasSuffix("/s") ? String(value.dropLast(2)) : value, in: text)
        } else if Self.shares.contains(name) {
            metric = .share(name)
            guard value.hasSuffix("%") else { throw ArgumentFault("'\(text)': '\(value)' needs a % sign") }
            bound = try Self.number(String(value.dropLast()), in: text) / 100
        } else {
            let known = (Self.latencies + Self.numbers + Self.shares).joined(separator: ", ")
            throw ArgumentFault("'\(text)': '\(name)' is none of \(known)")
        }
    }

    /// Whether it asks for an operation that a load of these operations does not send.
    package func asksForOther(than operations: [BenchOperation]) -> Bool {
        guard let scope, scope != "all" else { return false }
        return !operations.contains { $0.rawValue == scope }
    }

    private static func millis(_ value: String, in text: String) throws(ArgumentFault) -> Double {
        for (unit, factor) in [("ms", 1.0), ("us", 1e-3), ("µs", 1e-3), ("ns", 1e-6), ("s", 1e3)]
        where value.hasSuffix(unit) {
            return try number(String(value.dropLast(unit.count)), in: text) * factor
        }
        throw ArgumentFault("'\(text)': the time '\(value)' needs a unit: ns, us, ms or s")
    }

    private static func number(_ value: String, in text: String) throws(ArgumentFault) -> Double {
        guard let number = Double(value), number.isFinite, number >= 0 else {
            throw ArgumentFault("'\(text)': '\(value)' is not a number from 0")
        }
        return number
    }
}

extension Threshold {
    /// Where the report violates it: a line for each cell.
    package func violations(in report: BenchReport) -> [String] {
        if case .share("cpu") = metric {
            let share = report.generator.cpuShare
            return comparison.holds(share, bound)
                ? ["\(description): the generator used \(Figure.percent(share)) of a core"] : []
        }
        if case .number(let name) = metric, name == "not-sent" || name == "late" {
            let count = (name == "late" ? report.schedule?.late : report.schedule?.notSent) ?? 0
            return comparison.holds(Double(count), bound)
                ? [
                    "\(description): \(Figure.grouped(count)) requests were \(name == "late" ? name : "not sent")"
                ]
                : []
        }
        // Of a mix, what is said without a scope is said of all operations together.
        let hasTotal = report.cells.contains { $0.operation == "all" }
        let wanted = scope ?? (hasTotal ? "all" : nil)
        let cells = report.cells.filter { wanted == nil || $0.operation == wanted }
        guard !cells.isEmpty else { return ["\(description): nothing of that was measured"] }
        return cells.compactMap { cell in
            let place = "\(cell.operation), \(cell.clients) client\(cell.clients == 1 ? "" : "s")"
            guard let (value, text) = value(in: cell) else {
                return "\(description): \(place) has no answer to measure"
            }
            return comparison.holds(value, bound) ? "\(description): \(place) has \(text)" : nil
        }
    }

    private func value(in cell: Cell) -> (Double, String)? {
        switch metric {
        case .latency(let name):
            guard let latency = cell.latency else { return nil }
            let value =
                switch name {
                case "mean": latency.mean
                case "p50": latency.p50
                case "p90": latency.p90
                case "p95": latency.p95
                case "p99": latency.p99
                case "p99.9": latency.p999
                default: latency.max
                }
            return (value, "\(Figure.millis(value)) ms")
        case .number("throughput"): return (cell.throughput, "\(Figure.rate(cell.throughput)) a second")
        case .number("sold-out"): return (Double(cell.soldOut), "\(Figure.grouped(cell.soldOut)) sold out")
        case .number: return (Double(cell.errorCount), "\(Figure.grouped(cell.errorCount)) errors")
        case .share:
            guard cell.endedCount > 0 else { return nil }
            let share = Double(cell.errorCount) / Double(cell.endedCount)
            return (share, "\(Figure.percent(share)) errors")
        }
    }
}
