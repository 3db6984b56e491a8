internal import StoreAPI
internal import TierHTTP

/// A bar chart of sales a day, split by topic, as inline SVG with a legend. The tables beside it contain the
/// same figures.
enum SalesPlot {
    private static let width = 760
    private static let height = 220
    private static let left = 64
    private static let bottom = 32
    /// Space for the upper half of the highest value's label, which phones draw larger.
    private static let head = 20
    /// The number of topics that have their own colour; all others share the last one.
    private static let colourCount = 6

    static func html(_ sales: SalesTable) -> String {
        let named = sales.topics.prefix(colourCount).map(\.name)
        let best = sales.days.map(\.sum.sales).max() ?? 0
        let top = ceiling(best)
        let label =
            "Copies sold on each of \(sales.days.count) days: \(Wording.count(sales.total.sales)) in all, "
            + "\(Wording.count(best)) on the best day"
        var svg =
            #"<svg class="plot" viewBox="0 0 \#(width) \#(height)" role="img" aria-label="\#(HTMLText.escape(label))">"#
        for step in 0...2 {
            let value = top * Int64(step) / 2
            let y = y(value, of: top)
            svg += #"<line x1="\#(left)" x2="\#(width)" y1="\#(y)" y2="\#(y)"/>"#
            svg += #"<text x="\#(left - 8)" y="\#(y + 4)" text-anchor="end">\#(Wording.count(value))</text>"#
        }
        for (place, day) in sales.days.enumerated() { svg += bar(day, place, sales, named: named, top: top) }
        svg += dates(sales) + "</svg>"
        return svg + legend(named, hasOthers: sales.topics.count > named.count)
    }

    private static func bar(
        _ day: SalesTable.Day, _ place: Int, _ sales: SalesTable, named: [String], top: Int64
    ) -> String {
        let slot = Double(width - left) / Double(sales.days.count)
        let x = rounded(Double(left) + slot * (Double(place) + 0.15))
        let breadth = rounded(slot * 0.7)
        var below: Int64 = 0
        var svg = ""
        let others = day.topics.filter { !named.contains($0.key) }.values.reduce(0, +)
        let parts = named.map { day.topics[$0] ?? 0 } + [others]
        for (colour, units) in parts.enumerated() where units > 0 {
            let (low, high) = (y(below, of: top), y(below + units, of: top))
            svg +=
                #"<rect class="c\#(min(colour, colourCount))" x="\#(x)" y="\#(rounded(high))" width="\#(breadth)" height="\#(rounded(low - high))"/>"#
            below += units
        }
        return svg
    }

    /// Labels for the first, the middle and the last day.
    private static func dates(_ sales: SalesTable) -> String {
        guard let first = sales.days.first, let last = sales.days.last else { return "" }
        let middle = sales.days[sales.days.count / 2]
        let marks = [
            (first.name, left, "start"), (middle.name, (left + width) / 2, "middle"),
            (last.name, width, "end"),
        ]
        return marks.map { name, x, anchor in
            #"<text x="\#(x)" y="\#(height - 6)" text-anchor="\#(anchor)">\#(name)</text>"#
        }.joined()
    }

    private static func legend(_ named: [String], hasOthers: Bool) -> String {
        guard !named.isEmpty else { return "" }
        let entries = named.map { Wording.listed($0) } + (hasOthers ? ["other topics"] : [])
        let items = entries.enumerated().map { colour, name in
            #"<li><svg viewBox="0 0 8 8" aria-hidden="true"><rect class="c\#(min(colour, colourCount))" width="8" height="8"/></svg>\#(HTMLText.escape(name))</li>"#
        }
        return #"<ul class="legend">"# + items.joined() + "</ul>"
    }

    private static func y(_ value: Int64, of top: Int64) -> Double {
        let floor = Double(height - bottom)
        return rounded(floor - (floor - Double(head)) * Double(value) / Double(top))
    }

    private static func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }

    /// The smallest of 2, 4, 10, 20, 40, 100 … that is at least `value`.
    static func ceiling(_ value: Int64) -> Int64 {
        var unit: Int64 = 1
        while unit < 1_000_000_000_000 {
            for factor: Int64 in [2, 4, 10] where unit * factor >= value { return unit * factor }
            unit *= 10
        }
        return value
    }
}
