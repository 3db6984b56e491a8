internal import Model

extension BenchReport {
    private static let none = "–"
    private static let soldOutMark = "*"

    /// What it is about, as a heading.
    var title: String {
        switch kind {
        case .evaluation: "Evaluation"
        case .load: "Load test"
        case .sellOut: "Sell-out"
        }
    }

    /// The measurements: as clients see them, and as the tiers see each other.
    var tables: [ReportTable] { [clientTable, tierTable].compactMap { $0 } }

    private var hasSoldOut: Bool { cells.contains { $0.soldOut > 0 } }
    private var hasErrors: Bool { cells.contains { $0.errorCount > 0 } }
    private var isEvaluation: Bool { kind == .evaluation }

    private var clientTable: ReportTable {
        var columns: [TextTable.Column] = [
            .left("operation"), .right("clients"), .right("samples"), .right("a second"), .right("mean"),
            .right("p50"), .right("p95"), .right("p99"),
        ]
        if !isEvaluation { columns.append(.right("p99.9")) }
        columns.append(.right("max"))
        if isEvaluation { columns.append(.right("original's mean")) }
        if hasSoldOut { columns.append(.right("sold out")) }
        if hasErrors { columns += [.right("refused"), .right("failed")] }
        var table = ReportTable("Response time as the client sees it, in milliseconds", columns)
        var previous: String?
        for cell in cells {
            let mark = cell.soldOut > 0 && kind != .sellOut ? Self.soldOutMark : ""
            var row = [
                cell.operation + mark, Figure.grouped(cell.clients),
                Figure.grouped(cell.latency?.count ?? 0), Figure.rate(cell.throughput),
            ]
            row += times(cell.latency)
            if isEvaluation { row.append(original(cell)) }
            if hasSoldOut { row.append(Figure.grouped(cell.soldOut)) }
            if hasErrors {
                let refused = cell.refused?.count ?? 0
                row += [Figure.grouped(refused), Figure.grouped(cell.errorCount - refused)]
            }
            table.add(row, beginsGroup: isEvaluation && previous != cell.operation)
            previous = cell.operation
        }
        return table
    }

    /// Nil if the frontend reports nothing of the tiers behind it.
    private var tierTable: ReportTable? {
        var columns: [TextTable.Column] = [
            .left("calling tier: call"), .right("clients"), .right("samples"), .right("a second"),
            .right("mean"), .right("p50"), .right("p95"), .right("p99"),
        ]
        if !isEvaluation { columns.append(.right("p99.9")) }
        columns.append(.right("max"))
        if isEvaluation { columns.append(.right("original's means")) }
        var table = ReportTable("The calls between the tiers, in milliseconds", columns)
        for view in tierViews {
            var isFirst = true
            for cell in cells {
                for tier in cell.tiers where tier.view == view {
                    let rate = cell.seconds > 0 ? Double(tier.latency.count) / cell.seconds : 0
                    var row = [
                        view, Figure.grouped(cell.clients), Figure.grouped(tier.latency.count),
                        Figure.rate(rate),
                    ]
                    row += times(tier.latency)
                    if isEvaluation { row.append(OriginalFigures.tiers[view] ?? Self.none) }
                    table.add(row, beginsGroup: isEvaluation && isFirst)
                    isFirst = false
                }
            }
        }
        return table.rows.isEmpty ? nil : table
    }

    /// The calls that were seen, in the order in which they were met.
    var tierViews: [String] {
        cells.flatMap(\.tiers).reduce(into: []) { views, tier in
            if !views.contains(tier.view) { views.append(tier.view) }
        }
    }

    private func times(_ latency: LatencySummary?) -> [String] {
        guard let latency else { return Array(repeating: Self.none, count: isEvaluation ? 5 : 6) }
        let middle = [latency.mean, latency.p50, latency.p95, latency.p99]
        return (middle + (isEvaluation ? [] : [latency.p999]) + [latency.max]).map(Figure.millis)
    }

    private func original(_ cell: Cell) -> String {
        OriginalFigures.mean(cell.operation, clients: cell.clients).map { Figure.fixed($0, digits: 1) }
            ?? Self.none
    }
}

extension BenchReport {
    /// What a reader must know of the measurements, a sentence each.
    var notes: [String] {
        var notes: [String] = []
        if isInterrupted { notes.append("Interrupted: this is what was measured until then.") }
        if let sale { notes.append(Self.sentence(sale)) }
        if let schedule { notes.append(Self.sentence(schedule)) }
        notes += cells.compactMap(Self.refusals)
        notes += cells.compactMap(Self.failures)
        if let nonsense { notes.append("The first answer that was none: \(nonsense)") }
        if hasSoldOut, kind != .sellOut {
            notes.append(
                "* Some of these purchases were answered Failed, for the book was sold out: they are quicker "
                    + "than sales, so the figures are not those of selling.")
        }
        if !store.hasServerTiming {
            notes.append("The frontend sends no Server-Timing, so nothing is known of the tiers behind it.")
        }
        if isEvaluation, cells.contains(where: { original($0) != Self.none }) {
            notes.append(
                "The original's client was far from its servers, so its times are mostly the network's; "
                    + "its tiers stood side by side, as here.")
        }
        notes.append(generatorNote)
        return notes
    }

    private var generatorNote: String {
        let share = Figure.percent(generator.cpuShare)
        let threads = "\(generator.threads) thread\(generator.threads == 1 ? "" : "s")"
        let note =
            "The load generator shared the machine's cores and used \(share) of one (\(threads)), "
            + "\(Figure.fixed(generatorMicros, digits: 1)) µs a request."
        guard generator.isBottleneck else { return note }
        return note
            + " At its busiest a thread used \(Figure.percent(generator.busiestShare)) of a core: the generator "
            + "itself may be what bounds these figures; give it more --threads."
    }

    /// Processor time of the generator for one request, in microseconds.
    private var generatorMicros: Double {
        let single = cells.filter { $0.operation != "all" }
        let ended = single.reduce(0) { $0 + $1.endedCount }
        // In a load all operations share the same seconds.
        let seconds = isEvaluation ? single.reduce(0) { $0 + $1.seconds } : single.first?.seconds ?? 0
        return ended > 0 ? generator.cpuShare * seconds / Double(ended) * 1e6 : 0
    }

    private static func sentence(_ sale: SaleCheck) -> String {
        if let fault = sale.fault { return "NOT RIGHT: \(fault)." }
        return "Right: book \(sale.item) had \(Figure.grouped(Int(sale.stockAtStart))) copies, "
            + "\(Figure.grouped(sale.sold)) purchases succeeded, none is left."
    }

    private static func sentence(_ schedule: ScheduleFacts) -> String {
        let due = Figure.grouped(schedule.due)
        let start = "Of \(due) requests that were due (\(Figure.rate(schedule.rate)) a second), "
        guard schedule.notSent + schedule.late > 0 else {
            return start + "all were sent in time. Times count from when they were due."
        }
        return start + "\(Figure.grouped(schedule.late)) were sent more than a millisecond late and "
            + "\(Figure.grouped(schedule.notSent)) not at all, for lack of a free connection. Times count "
            + "from when they were due."
    }

    private static func refusals(_ cell: Cell) -> String? {
        guard let refused = cell.refused, cell.operation != "all" else { return nil }
        return
            "\(cell.operation), \(cell.clients) clients: \(Figure.grouped(refused.count)) refused (503 or 429), "
            + "median \(Figure.millis(refused.p50)) ms, p99 \(Figure.millis(refused.p99)) ms."
    }

    private static func failures(_ cell: Cell) -> String? {
        guard !cell.failures.isEmpty, cell.operation != "all" else { return nil }
        let kinds = cell.failures.sorted { $0.key < $1.key }.map { "\(Figure.grouped($0.value)) × \($0.key)" }
        return "\(cell.operation), \(cell.clients) clients, failed: \(kinds.joined(separator: ", "))."
    }

    /// The conditions of the run.
    var facts: [Fact] {
        let kind = store.isOwn ? "opened for this run" : "already there"
        return load + [
            Fact("Store", "\(store.frontend), \(store.server), \(kind)"),
            Fact("Durability", store.durability),
        ] + machine.facts + [
            Fact(
                "Generator", "\(Figure.percent(generator.cpuShare)) of a core, \(generator.threads) thread(s)"
            ),
            Fact("Measured", startedAt),
        ]
    }
}
