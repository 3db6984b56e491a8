internal import Model

/// The figures for programs and files: one line an operation, with `name=value` pairs that are easy to split.
package enum TopLines {
    /// The lines of one reading.
    package static func lines(_ views: [ServerView], time: String) -> [String] {
        views.flatMap { view -> [String] in
            let name = "\(time) tier=\(view.name) server=\(view.address)"
            switch view.state {
            case .down(let reason): return ["\(name) state=down reason=\"\(reason)\""]
            case .up(let figures):
                let rows =
                    figures.served.map { ("served", $0) } + figures.called.map { ("called", $0) }
                return [name + state(figures)]
                    + rows.map { kind, row in name + text(of: row, kind: kind) }
                    + (figures.commits.map { [name + text(of: $0)] } ?? [])
            }
        }
    }

    private static func state(_ figures: ServerView.Figures) -> String {
        " state=up seconds=\(number(figures.seconds)) cpu=\(number(figures.processors))"
            + " memory_bytes=\(number(figures.memoryBytes ?? .nan))"
            + " connections=\(number(figures.connections ?? .nan)) shed_per_s=\(number(figures.shedRate))"
            + (figures.outOfUse.isEmpty ? "" : " out_of_use=\"\(figures.outOfUse.joined(separator: ", "))\"")
    }

    private static func text(of row: ServerView.OperationRow, kind: String) -> String {
        " \(kind)=\"\(row.name)\" per_s=\(number(row.rate)) sold_out_per_s=\(number(row.soldOutRate))"
            + " refused_per_s=\(number(row.refusedRate)) errors_per_s=\(number(row.errorRate))"
            + " p50_ms=\(millis(row.p50)) p99_ms=\(millis(row.p99)) in_flight=\(number(row.inFlight))"
    }

    private static func text(of commits: ServerView.CommitRow) -> String {
        " commits_per_s=\(number(commits.rate)) batch_mean=\(number(commits.batchMean ?? .nan))"
            + " sync_p50_ms=\(millis(commits.syncP50)) sync_p99_ms=\(millis(commits.syncP99))"
            + " waiting=\(number(commits.waiting)) takes_updates=\(commits.takesUpdates)"
    }

    private static func millis(_ seconds: Double?) -> String { number(seconds.map { $0 * 1_000 } ?? .nan) }

    /// Formats a value with at most three decimals; `-` for an unknown one.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "-" }
        return Figure.fixed(value, digits: value == value.rounded() ? 0 : 3)
    }
}
