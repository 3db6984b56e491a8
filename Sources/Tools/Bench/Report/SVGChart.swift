internal import Foundation
internal import Model
internal import StoreAPI
internal import TierHTTP

/// A small chart as inline SVG, drawn for a phone's width; colours and dashes come from the page's style by
/// the classes s1, s2, …
struct SVGChart {
    /// A line or a layer of a chart.
    struct Series {
        let name: String
        let values: [Double?]
        let style: Int
    }

    private static let width = 360.0
    private static let height = 230.0
    private static let left = 44.0
    private static let right = 350.0
    private static let top = 12.0
    private static let bottom = 192.0

    private var parts: [String] = []
    private let label: String

    private init(label: String) { self.label = label }

    // MARK: The three kinds

    /// A line for each series over a few named places.
    static func lines(label: String, places: [String], placesName: String, series: [Series]) -> String {
        var chart = SVGChart(label: label)
        let high = niceTop(series.flatMap { $0.values.compactMap { $0 } }.max() ?? 1)
        chart.linearAxis(high: high)
        let x = { (index: Int) in
            places.count == 1
                ? (left + right) / 2
                : left + 16 + (right - left - 32) * Double(index) / Double(places.count - 1)
        }
        let y = { (value: Double) in bottom - (bottom - top) * value / high }
        chart.placeNames(places, placesName: placesName, x: x)
        for one in series {
            let points = one.values.enumerated().compactMap { index, value in
                value.map { (x(index), y($0), $0) }
            }
            chart.path(points.map { ($0.0, $0.1) }, style: one.style)
            for (index, point) in points.enumerated() {
                let title = "\(one.name), \(places[index]): \(Figure.millis(point.2)) ms"
                chart.dot(point.0, point.1, style: one.style, title)
            }
        }
        return chart.svg
    }

    /// A bar for each place, made of a layer for each series.
    static func stacks(label: String, places: [String], placesName: String, series: [Series]) -> String {
        var chart = SVGChart(label: label)
        let totals = places.indices.map { index in series.reduce(0) { $0 + ($1.values[index] ?? 0) } }
        let high = niceTop((totals.max() ?? 1) * 1.08)
        chart.linearAxis(high: high)
        let slot = (right - left) / Double(max(1, places.count))
        let x = { (index: Int) in left + slot * (Double(index) + 0.5) }
        chart.placeNames(places, placesName: placesName, x: x)
        let barWidth = min(44, slot * 0.6)
        for index in places.indices where totals[index] > 0 {
            var base = bottom
            for one in series {
                guard let value = one.values[index], value > 0 else { continue }
                let tall = (bottom - top) * value / high
                chart.parts.append(
                    "<rect class=\"f\(one.style)\" x=\"\(n(x(index) - barWidth / 2))\" y=\"\(n(base - tall))\" "
                        + "width=\"\(n(barWidth))\" height=\"\(n(tall))\"><title>"
                        + HTMLText.escape("\(one.name), \(places[index]): \(Figure.millis(value)) ms")
                        + "</title></rect>")
                base -= tall
            }
            chart.text(x(index), base - 4, Figure.millis(totals[index]), "total")
        }
        return chart.svg
    }

    /// Percentile curves: the share of answers on an axis that stretches towards 100 %, time on a
    /// logarithmic one.
    static func percentiles(label: String, curves: [(name: String, points: [CurvePoint])]) -> String {
        var chart = SVGChart(label: label)
        let times = curves.flatMap { $0.points.map(\.millis) }.filter { $0 > 0 }
        let low = log10(times.min() ?? 0.1)
        let high = max(log10(times.max() ?? 1), low + 0.3)
        let y = { (millis: Double) in
            bottom - (bottom - top) * max(0, log10(max(millis, 1e-9)) - low) / (high - low)
        }
        chart.logarithmicAxis(low: low, high: high, y: y)
        // The highest percentile below 100 that a curve has; 100 itself is the right edge.
        let last = curves.flatMap { $0.points.map(\.percentile) }.filter { $0 < 100 }.max() ?? 99
        let reach = nines(last) + 0.55
        let x = { (percentile: Double) in
            left + (right - left) * (percentile >= 100 ? 1 : nines(percentile) / reach)
        }
        for tick in [0, 50, 90, 99, 99.9, 99.99, 99.999] where tick <= last {
            chart.line(x(tick), top, x(tick), bottom, "grid")
            chart.text(x(tick), bottom + 15, tick == 0 ? "0" : short(tick), "tick")
        }
        chart.text(right, bottom + 15, "max", "tick end")
        chart.text((left + right) / 2, bottom + 31, "percent of the answers", "tick")
        for (number, curve) in curves.enumerated() {
            chart.path(curve.points.map { (x($0.percentile), y($0.millis)) }, style: number + 1)
            if let point = curve.points.last {
                let title = "\(curve.name), slowest: \(Figure.millis(point.millis)) ms"
                chart.dot(x(100), y(point.millis), style: number + 1, title)
            }
        }
        return chart.svg
    }

    // MARK: Pieces

    private var svg: String {
        """
        <svg viewBox="0 0 \(Self.n(Self.width)) \(Self.n(Self.height))" role="img" \
        aria-label="\(HTMLText.escape(label))">\(parts.joined())</svg>
        """
    }

    private mutating func linearAxis(high: Double) {
        for step in 0...4 {
            let value = high * Double(step) / 4
            let y = Self.bottom - (Self.bottom - Self.top) * Double(step) / 4
            line(Self.left, y, Self.right, y, step == 0 ? "axis" : "grid")
            text(Self.left - 6, y + 4, Self.short(value), "tick end")
        }
    }

    private mutating func logarithmicAxis(low: Double, high: Double, y: (Double) -> Double) {
        line(Self.left, Self.bottom, Self.right, Self.bottom, "axis")
        let isWide = high - low > 2.5
        for decade in Int(low.rounded(.down))...Int(high.rounded(.up)) {
            for digit in isWide ? [1.0] : [1.0, 2.0, 5.0] {
                let value = digit * pow(10, Double(decade))
                guard (low...high).contains(log10(value)) else { continue }
                line(Self.left, y(value), Self.right, y(value), "grid")
                text(Self.left - 6, y(value) + 4, Self.short(value), "tick end")
            }
        }
    }

    private mutating func placeNames(_ places: [String], placesName: String, x: (Int) -> Double) {
        for (index, name) in places.enumerated() { text(x(index), Self.bottom + 15, name, "tick") }
        text((Self.left + Self.right) / 2, Self.bottom + 31, placesName, "tick")
    }

    private mutating func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) {
        parts.append(
            "<line class=\"\(style)\" x1=\"\(Self.n(x1))\" y1=\"\(Self.n(y1))\" x2=\"\(Self.n(x2))\" "
                + "y2=\"\(Self.n(y2))\"/>")
    }

    private mutating func path(_ points: [(Double, Double)], style: Int) {
        let joined = points.map { "\(Self.n($0.0)),\(Self.n($0.1))" }.joined(separator: " ")
        parts.append("<polyline class=\"s\(style)\" points=\"\(joined)\"/>")
    }

    private mutating func dot(_ x: Double, _ y: Double, style: Int, _ title: String) {
        parts.append(
            "<circle class=\"f\(style)\" cx=\"\(Self.n(x))\" cy=\"\(Self.n(y))\" r=\"3\"><title>"
                + HTMLText.escape(title) + "</title></circle>")
    }

    private mutating func text(_ x: Double, _ y: Double, _ text: String, _ style: String) {
        parts.append(
            "<text class=\"\(style)\" x=\"\(Self.n(x))\" y=\"\(Self.n(y))\">\(HTMLText.escape(text))</text>")
    }

    /// How many nines a percentile has: 0 for 0 %, 1 for 90 %, 2 for 99 %.
    private static func nines(_ percentile: Double) -> Double { -log10(1 - percentile / 100) }

    /// The next of 1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8 times a power of ten: quarters of it are short numbers.
    static func niceTop(_ value: Double) -> Double {
        guard value > 0 else { return 1 }
        let power = pow(10, floor(log10(value)))
        for factor in [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10] where factor * power >= value * (1 - 1e-9) {
            return factor * power
        }
        return 10 * power
    }

    /// Without digits that say nothing: `0.25`, `12`.
    private static func short(_ value: Double) -> String { String(format: "%.6g", value) }

    /// A coordinate.
    private static func n(_ value: Double) -> String { short((value * 10).rounded() / 10) }
}
