internal import Model
internal import StoreAPI
internal import TierHTTP

extension BenchReport {
    /// A page of its own, with its plots, that needs no network and no script.
    package var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8"/>
        <meta name="viewport" content="width=device-width, initial-scale=1"/>
        <meta name="color-scheme" content="light dark"/>
        <title>My Book Store: \(HTMLText.escape(title.lowercased()))</title>
        <style>
        \(HTMLStyle.sheet)
        </style>
        </head>
        <body>
        <header>
        <p class="shop">My Book Store</p>
        <h1>\(HTMLText.escape(title))</h1>
        <p>\(HTMLText.escape(startedAt)) · \(HTMLText.escape(machine.processor)), \(machine.cores) cores · \
        \(HTMLText.escape(machine.program))</p>
        </header>
        <main>
        \(tiles)
        \(kind == .evaluation ? evaluationCharts : loadCharts)
        <section><h2>Figures</h2>
        \(tables.map(\.html).joined(separator: "\n"))
        <ul class="notes">
        \(notes.map { "<li>\(HTMLText.escape($0))</li>" }.joined(separator: "\n"))
        </ul>
        </section>
        <section><h2>Conditions</h2>
        <dl>
        \(facts.map { "<dt>\(HTMLText.escape($0.name))</dt><dd>\(HTMLText.escape($0.value))</dd>" }
            .joined(separator: "\n"))
        </dl>
        </section>
        </main>
        </body>
        </html>

        """
    }

    // MARK: The most important figures

    /// One for each operation: with the most clients of an evaluation.
    private var tiles: String {
        let chosen = operations.compactMap { operation in cells.last { $0.operation == operation } }
        let tiles = chosen.compactMap { cell -> String? in
            guard let latency = cell.latency else { return nil }
            return """
                <div class="tile"><h2>\(HTMLText.escape(cell.operation))</h2>
                <p class="big">\(Figure.rate(cell.throughput))<small> a second</small></p>
                <p>p50 \(Figure.millis(latency.p50)) ms · p99 \(Figure.millis(latency.p99)) ms</p>
                <p class="small">\(Figure.grouped(cell.clients)) client\(cell.clients == 1 ? "" : "s")</p></div>
                """
        }
        return "<section class=\"tiles\">\(tiles.joined(separator: "\n"))</section>"
    }

    // MARK: Charts

    private var evaluationCharts: String {
        let places = clientCounts.map(String.init)
        let byClients = operations.map { operation in
            let values = { (pick: (LatencySummary) -> Double) in
                clientCounts.map { self.cell(operation, clients: $0)?.latency.map(pick) }
            }
            let series = [
                SVGChart.Series(name: "p99", values: values { $0.p99 }, style: 1),
                SVGChart.Series(name: "p95", values: values { $0.p95 }, style: 2),
                SVGChart.Series(name: "mean", values: values { $0.mean }, style: 3),
            ]
            let chart = SVGChart.lines(
                label: "\(operation): response time by clients", places: places, placesName: "clients",
                series: series)
            return Self.figure(operation, chart, legend: series.map { ($0.name, $0.style) })
        }
        let breakdowns = operations.compactMap { operation in
            let cells = clientCounts.map { self.cell(operation, clients: $0) }
            return Self.breakdown(operation, cells, places: places, placesName: "clients")
        }
        let curves = operations.map { operation in
            let curves = clientCounts.compactMap { clients in
                self.cell(operation, clients: clients)?.latency.map {
                    (name: "\(clients) client\(clients == 1 ? "" : "s")", points: $0.curve)
                }
            }
            return Self.percentiles(operation, label: "\(operation): percentiles", curves)
        }
        return Self.section("Response time by clients", "Milliseconds, as the client sees it.", byClients)
            + Self.breakdownSection(breakdowns) + Self.percentileSection(curves)
    }

    private var loadCharts: String {
        let single = cells.filter { $0.operation != "all" && $0.latency != nil }
        let curves = single.compactMap { cell in
            cell.latency.map { (name: cell.operation, points: $0.curve) }
        }
        guard !curves.isEmpty else { return "" }
        let breakdowns = single.compactMap { cell in
            Self.breakdown(cell.operation, [cell], places: [cell.operation], placesName: "")
        }
        let percentiles = Self.percentiles("as the client sees it", label: "percentiles", curves)
        return Self.percentileSection([percentiles]) + Self.breakdownSection(breakdowns)
    }

    /// Where the mean time of an operation goes; nil if the tiers report nothing.
    private static func breakdown(
        _ operation: String, _ cells: [Cell?], places: [String], placesName: String
    ) -> String? {
        let layers = layers(of: operation, cells)
        guard !layers.isEmpty else { return nil }
        let chart = SVGChart.stacks(
            label: "\(operation): where the mean time goes", places: places, placesName: placesName,
            series: layers)
        return figure(operation, chart, legend: layers.map { ($0.name, $0.style) }, isFilled: true)
    }

    private static func percentiles(
        _ title: String, label: String, _ curves: [(name: String, points: [CurvePoint])]
    ) -> String {
        let chart = SVGChart.percentiles(label: label, curves: curves)
        return figure(title, chart, legend: curves.enumerated().map { ($1.name, $0 + 1) })
    }

    private static func breakdownSection(_ figures: [String]) -> String {
        section("Where the time goes", "Mean milliseconds of one request, by who spends them.", figures)
    }

    private static func percentileSection(_ figures: [String]) -> String {
        section(
            "Percentiles",
            "Milliseconds that a share of the answers did not exceed; both axes are logarithmic, the lower one "
                + "towards 100 percent.", figures)
    }

    /// The layers of an operation's mean time, the innermost tier first; empty if the tiers report nothing.
    static func layers(of operation: String, _ cells: [Cell?]) -> [SVGChart.Series] {
        let mean = { (name: String) in cells.map { $0?.tier(name)?.mean } }
        let isKnown = { (values: [Double?]) in values.contains { $0 != nil } }
        let less = { (left: [Double?], right: [Double?]) in
            zip(left, right).map { outer, inner in
                outer.flatMap { outer in inner.map { max(0, outer - $0) } }
            }
        }
        let behind = mean(operation == "buy" ? "order" : "catalog-query")
        guard isKnown(behind) else { return [] }
        var layers: [SVGChart.Series] = []
        if operation == "buy" {
            // A purchase that finds the book sold out needs no update.
            let update =
                isKnown(mean("catalog-update")) ? mean("catalog-update") : behind.map { $0.map { _ in 0 } }
            layers = [
                SVGChart.Series(name: "catalog's update, and the way there", values: update, style: 1),
                SVGChart.Series(name: "order server", values: less(behind, update), style: 3),
            ]
        } else {
            layers = [SVGChart.Series(name: "catalog, and the way there", values: behind, style: 1)]
        }
        let client = cells.map { $0?.latency?.mean }
        let total = mean("total")
        guard isKnown(total) else {
            return layers + [
                SVGChart.Series(name: "frontend and client", values: less(client, behind), style: 2)
            ]
        }
        return layers + [
            SVGChart.Series(name: "frontend", values: less(total, behind), style: 4),
            SVGChart.Series(
                name: "client, and the way to the frontend", values: less(client, total), style: 2),
        ]
    }

    private static func section(_ title: String, _ lead: String, _ figures: [String]) -> String {
        guard !figures.isEmpty else { return "" }
        return """
            <section><h2>\(HTMLText.escape(title))</h2>
            <p>\(HTMLText.escape(lead))</p>
            <div class="charts">
            \(figures.joined(separator: "\n"))
            </div></section>

            """
    }

    private static func figure(
        _ title: String, _ chart: String, legend: [(name: String, style: Int)], isFilled: Bool = false
    ) -> String {
        let marks = legend.map { name, style in
            let mark =
                isFilled
                ? "<rect class=\"f\(style)\" x=\"6\" y=\"2\" width=\"12\" height=\"12\"/>"
                : "<line class=\"s\(style)\" x1=\"0\" y1=\"8\" x2=\"24\" y2=\"8\"/>"
            return
                "<li><svg viewBox=\"0 0 24 16\" aria-hidden=\"true\">\(mark)</svg>\(HTMLText.escape(name))</li>"
        }
        return """
            <figure><figcaption>\(HTMLText.escape(title))</figcaption>
            \(chart)
            <ul class="legend">\(marks.joined())</ul></figure>
            """
    }
}
