/// A parsed metrics page in Prometheus' text format 0.0.4.
package struct MetricsPage: Sendable {
    /// One line of the page.
    package struct Sample: Sendable, Equatable {
        /// The metric's name, `_bucket`, `_sum` or `_count` of a histogram included.
        package let name: String
        /// The labels by name.
        package let labels: [String: String]
        /// The value, in the metric's base unit.
        package let value: Double
        /// Name and labels as they are in the page: the same in every page of one server.
        let series: String
    }

    private let samplesByName: [String: [Sample]]
    private let valuesBySeries: [String: Double]

    /// - Throws: ``MetricsFault`` for a line that the format does not allow.
    package init(parsing text: String) throws(MetricsFault) {
        var byName: [String: [Sample]] = [:]
        var bySeries: [String: Double] = [:]
        // Split by bytes, since a String treats a carriage return with a line feed as one character.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var scanner = LineScanner(Substring(line))
            if scanner.isBlankOrComment { continue }
            guard let sample = scanner.sample() else { throw MetricsFault(line: index + 1) }
            byName[sample.name, default: []].append(sample)
            bySeries[sample.series] = sample.value
        }
        samplesByName = byName
        valuesBySeries = bySeries
    }

    /// The samples of a metric with all of these labels, in the order of the page.
    package func samples(_ name: String, where labels: [String: String] = [:]) -> [Sample] {
        (samplesByName[name] ?? []).filter { sample in
            labels.allSatisfy { sample.labels[$0.key] == $0.value }
        }
    }

    /// The sum of such samples; nil if there are none.
    package func value(_ name: String, where labels: [String: String] = [:]) -> Double? {
        let found = samples(name, where: labels)
        return found.isEmpty ? nil : found.reduce(0) { $0 + $1.value }
    }

    /// The value that another page's sample has in this one.
    func value(of sample: Sample) -> Double? { valuesBySeries[sample.series] }
}

/// Reads one line: `name{label="value",…} value [timestamp]`.
private struct LineScanner {
    private let line: Substring
    private var rest: Substring.UTF8View

    init(_ line: Substring) {
        self.line = line
        rest = line.utf8
        if rest.last == UInt8(ascii: "\r") { rest.removeLast() }
        skipBlanks()
    }

    var isBlankOrComment: Bool { rest.first == nil || rest.first == UInt8(ascii: "#") }

    mutating func sample() -> MetricsPage.Sample? {
        let start = rest.startIndex
        guard let name = readName(colon: true) else { return nil }
        var labels: [String: String] = [:]
        if skip("{") {
            skipBlanks()
            while !skip("}") {
                guard let label = readName(colon: false), skip("="), let value = readQuoted(),
                    labels.updateValue(value, forKey: label) == nil
                else { return nil }
                skipBlanks()
                guard skip(",") || rest.first == UInt8(ascii: "}") else { return nil }
                skipBlanks()
            }
        }
        let series = String(line[start..<rest.startIndex])
        let fields = rest.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard (1...2).contains(fields.count), let value = Double(Substring(fields[0])),
            fields.count == 1 || Int64(Substring(fields[1])) != nil
        else { return nil }
        return MetricsPage.Sample(name: name, labels: labels, value: value, series: series)
    }

    private mutating func skipBlanks() {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func readName(colon: Bool) -> String? {
        let name = rest.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            case UInt8(ascii: ":"): colon
            default: false
            }
        }
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return nil
        }
        rest = rest[name.endIndex...]
        return String(Substring(name))
    }

    private mutating func readQuoted() -> String? {
        guard skip("\"") else { return nil }
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                bytes.append(escaped == UInt8(ascii: "n") ? UInt8(ascii: "\n") : escaped)
            default: bytes.append(byte)
            }
        }
        return nil
    }
}
