package import Foundation
package import Model

extension BenchReport {
    /// Reads what ``json`` wrote.
    ///
    /// - Parameter path: how the file is named in errors.
    /// - Throws: ``FileFault``.
    package init(json: Data, path: String) throws(FileFault) {
        struct Version: Decodable { let format: Int }
        let decoder = JSONDecoder()
        guard let version = try? decoder.decode(Version.self, from: json) else {
            throw FileFault(path: path, reason: "is not a report of 'bookstore bench --json'")
        }
        guard version.format == Self.formatNow else {
            throw FileFault(
                path: path,
                reason: "is a report of format \(version.format); this program reads \(Self.formatNow)")
        }
        do {
            self = try decoder.decode(BenchReport.self, from: json)
        } catch let DecodingError.keyNotFound(key, _) {
            throw FileFault(path: path, reason: "is not a whole report: '\(key.stringValue)' is missing")
        } catch {
            throw FileFault(path: path, reason: "is not a whole report: \(error)")
        }
    }
}

/// Two saved runs side by side.
package struct Comparison {
    private let before: BenchReport
    private let after: BenchReport

    /// Compares `after` with `before`.
    package init(before: BenchReport, after: BenchReport) {
        self.before = before
        self.after = after
    }

    /// The measurements of both runs, the ratio of the second to the first, and the differences between the
    /// runs.
    package var text: String {
        var table = ReportTable(
            "Before (\(before.startedAt)) and after (\(after.startedAt)), in milliseconds",
            [
                .left("seen by"), .right("clients"), .right("mean before"), .right("after"),
                .right("ratio"),
                .right("p50"), .right("ratio"), .right("p99"), .right("ratio"), .right("a second"),
                .right("ratio"),
            ])
        var previous: String?
        for old in before.cells {
            guard let new = after.cell(old.operation, clients: old.clients) else { continue }
            if let left = old.latency, let right = new.latency {
                let rates = [
                    Figure.rate(new.throughput), Self.ratio(old.throughput, new.throughput),
                ]
                table.add(
                    Self.row("client: \(old.operation)", old.clients, left, right) + rates,
                    beginsGroup: previous != old.operation)
            }
            for tier in old.tiers {
                guard let other = new.tier(tier.name) else { continue }
                table.add(Self.row(tier.view, old.clients, tier.latency, other) + ["", ""])
            }
            previous = old.operation
        }
        let body = table.rows.isEmpty ? "The two runs measured nothing in common.\n" : table.text
        return body + differences.map { "\n\($0)" }.joined() + (differences.isEmpty ? "" : "\n")
    }

    /// What else is different, a sentence each.
    var differences: [String] {
        let pairs = [
            ("machine", before.machine.processor, after.machine.processor),
            ("cores", String(before.machine.cores), String(after.machine.cores)),
            ("system", before.machine.system, after.machine.system),
            ("program", before.machine.program, after.machine.program),
            ("durability", before.store.durability, after.store.durability),
        ]
        var differences = pairs.filter { $0.1 != $0.2 }.map { "Different \($0.0): \($0.1); then \($0.2)." }
        if before.load != after.load { differences.append("The loads were not the same.") }
        for (name, run) in [("first", before), ("second", after)] where run.isInterrupted {
            differences.append("The \(name) run was interrupted.")
        }
        return differences
    }

    private static func row(
        _ name: String, _ clients: Int, _ left: LatencySummary, _ right: LatencySummary
    ) -> [String] {
        [
            name, Figure.grouped(clients), Figure.millis(left.mean), Figure.millis(right.mean),
            ratio(left.mean, right.mean), Figure.millis(right.p50), ratio(left.p50, right.p50),
            Figure.millis(right.p99), ratio(left.p99, right.p99),
        ]
    }

    private static func ratio(_ left: Double, _ right: Double) -> String {
        left > 0 ? "×" + Figure.fixed(right / left, digits: 2) : "–"
    }
}
