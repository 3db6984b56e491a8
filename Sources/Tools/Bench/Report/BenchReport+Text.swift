package import Foundation
internal import Model

extension BenchReport {
    /// For a terminal.
    package var text: String {
        let width = facts.map(\.name.count).max() ?? 0
        let conditions = facts.map { fact in
            fact.name + String(repeating: " ", count: width - fact.name.count) + "  " + fact.value
        }
        return tables.map(\.text).joined(separator: "\n") + "\n" + notes.joined(separator: "\n") + "\n\n"
            + conditions.joined(separator: "\n") + "\n"
    }

    /// Tables, notes and conditions as Markdown.
    package var markdown: String {
        let noteList = notes.map { "- \($0)\n" }.joined()
        let conditions = facts.map { "- \($0.name): \($0.value)\n" }.joined()
        return tables.map(\.markdown).joined(separator: "\n") + "\n" + noteList + "\n" + conditions
    }

    /// A line for each measurement and each view of it, with a head line (RFC 4180).
    package var csv: String {
        let head = [
            "operation", "clients", "view", "count", "mean_ms", "p50_ms", "p90_ms", "p95_ms", "p99_ms",
            "p99.9_ms",
            "max_ms", "per_second", "sold_out", "refused", "failed",
        ]
        var records = [head]
        for cell in cells {
            let refused = cell.refused?.count ?? 0
            let counts = [cell.soldOut, refused, cell.errorCount - refused].map(String.init)
            let own = [cell.operation, String(cell.clients)]
            records.append(
                own + ["client"] + Self.csvTimes(cell.latency) + [String(cell.throughput)] + counts)
            for tier in cell.tiers {
                let rate = cell.seconds > 0 ? Double(tier.latency.count) / cell.seconds : 0
                records.append(own + [tier.view] + Self.csvTimes(tier.latency) + [String(rate), "", "", ""])
            }
        }
        return records.map(CSVRecords.text).joined()
    }

    /// As JSON that ``init(json:path:)`` reads back.
    package var json: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            return try encoder.encode(self) + Data("\n".utf8)
        }
    }

    private static func csvTimes(_ latency: LatencySummary?) -> [String] {
        guard let latency else { return ["0"] + Array(repeating: "", count: 7) }
        let times = [
            latency.mean, latency.p50, latency.p90, latency.p95, latency.p99, latency.p999, latency.max,
        ]
        return [String(latency.count)] + times.map { String($0) }
    }
}
