import Foundation
import FoundationXML
import Model
import TestSupport
import Testing

@testable import Bench

@Suite struct ReportTests {
    @Test func formatsFiguresForPeople() {
        #expect([0.2131, 1.324, 48.12, 1_203.6].map(Figure.millis) == ["0.213", "1.32", "48.1", "1,204"])
        #expect([0, 12.34, 99.96, 1_234_567].map(Figure.rate) == ["0.0", "12.3", "100.0", "1,234,567"])
        #expect([0, 999, 1_000, -12_345].map(Figure.grouped) == ["0", "999", "1,000", "-12,345"])
        #expect([0.031, 0.41, 1.2].map(Figure.percent) == ["3.1 %", "41 %", "120 %"])
        #expect([10, 0.5, 120, 130].map(Figure.seconds) == ["10 s", "0.5 s", "2 min", "130 s"])
    }

    @Test func alignsColumns() {
        var table = ReportTable("Title", [.left("name"), .right("value")])
        table.add(["a", "1"])
        table.add(["long", "1,000"], beginsGroup: true)
        #expect(
            table.text == """
                Title

                name  value
                ----  -----
                a         1

                long  1,000

                """)
        #expect(table.markdown.contains("| name | value |\n|---|--:|\n| a | 1 |\n| long | 1,000 |\n"))
    }

    @Test func showsTheEvaluationBesideTheOriginal() {
        let text = ReportFixture.evaluation.text
        let lines = text.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true)
        }
        #expect(
            lines.contains([
                "search", "1", "4", "2.0", "1.00", "1.00", "1.00", "1.00", "1.00", "79.5", "0", "0", "0",
            ]))
        #expect(
            lines.contains([
                "lookup*", "1", "4", "2.0", "1.00", "1.00", "1.00", "1.00", "1.00", "76.3", "1", "0", "0",
            ]))
        #expect(
            lines.contains([
                "buy", "9", "1", "2.0", "20.0", "20.0", "20.0", "20.0", "20.0", "110.7", "0", "1", "2",
            ]))
        #expect(text.contains("order: catalog update"))
        #expect(text.contains("4.6–5.3"))
        #expect(text.contains("* Some of these purchases were answered Failed"))
        #expect(text.contains("buy, 9 clients, failed: 2 × connection lost."))
        #expect(text.contains("buy, 9 clients: 1 refused (503 or 429), median 0.100 ms"))
        // 6.5 seconds in all for 16 requests.
        #expect(text.contains("used 25 % of one (1 thread), 101562.5 µs a request"))
        #expect(text.contains("synced, on ext4"))
        #expect(!text.contains("Server-Timing"))
    }

    @Test func warnsOfItself() {
        let cells = [Cell("search", clients: 1, tally: ReportFixture.tally(), seconds: 1)]
        let plain = ReportFixture.report(
            .load, cells: cells, isInterrupted: true, nonsense: "<html>")
        #expect(plain.text.contains("Interrupted: this is what was measured until then."))
        #expect(plain.text.contains("sends no Server-Timing"))
        #expect(plain.text.contains("The first answer that was none: <html>"))
        #expect(!plain.generator.isBottleneck)
        #expect(GeneratorFacts(threads: 1, cpuShare: 0.9, busiestShare: 0.9).isBottleneck)
        #expect(
            ReportFixture.load.text.contains("Of 2,000 requests that were due (1,000 a second), 5 were sent"))
    }

    @Test(arguments: [
        (10, 10, 0, 0, nil), (10, 11, 0, 0, "oversold"), (10, 9, 0, 0, "lost"), (10, 9, 0, 1, "not sold out"),
        (10, 9, 1, 0, "undecided"), (10, 11, 1, 0, "oversold"),
    ])
    func checksASale(start: Int64, sold: Int, unknown: Int, end: Int64, fault: String?) {
        let check = SaleCheck(item: 3, stockAtStart: start, sold: sold, unknown: unknown, stockAtEnd: end)
        #expect(check.isRight == (fault == nil))
        #expect(check.fault?.hasPrefix(fault ?? "") ?? (fault == nil))
    }

    @Test func writesCSV() {
        let lines = ReportFixture.evaluation.csv.components(separatedBy: "\r\n")
        #expect(lines[0].hasPrefix("operation,clients,view,count,mean_ms"))
        #expect(lines[1] == "search,1,client,4,1.0,1.0,1.0,1.0,1.0,1.0,1.0,2.0,0,0,0")
        #expect(lines[2].hasPrefix("search,1,frontend: catalog query_by_topic,4,0.5,"))
        let fieldCounts = lines.dropLast().map {
            $0.split(separator: ",", omittingEmptySubsequences: false).count
        }
        #expect(Set(fieldCounts) == [15])
        #expect(lines.last == "")
    }

    @Test func readsBackWhatItSaved() throws {
        for report in [ReportFixture.evaluation, ReportFixture.load] {
            #expect(try BenchReport(json: report.json, path: "a.json") == report)
        }
    }

    @Test(arguments: [
        ("", "is not a report"), ("[]", "is not a report"), (#"{"format":2}"#, "is a report of format 2"),
        (#"{"format":1}"#, "'kind' is missing"),
    ])
    func refusesWhatIsNoReport(text: String, reason: String) {
        let fault = #expect(throws: FileFault.self) { try BenchReport(json: Data(text.utf8), path: "a.json") }
        #expect(fault?.path == "a.json" && fault?.reason.contains(reason) == true, "\(fault?.reason ?? "")")
    }

    @Test func comparesTwoRuns() {
        let before = ReportFixture.report(
            .load,
            cells: [
                Cell(
                    "buy", clients: 9, tally: ReportFixture.tally(nanos: 2_000_000, tiers: ["order"]),
                    seconds: 1),
                Cell("search", clients: 9, tally: ReportFixture.tally(), seconds: 1),
            ])
        let after = ReportFixture.report(
            .load,
            cells: [
                Cell(
                    "buy", clients: 9, tally: ReportFixture.tally(nanos: 1_000_000, tiers: ["order"]),
                    seconds: 0.5)
            ], isInterrupted: true, processor: "Another")
        let comparison = Comparison(before: before, after: after)
        let lines = comparison.text.split(separator: "\n").map {
            $0.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
        }
        #expect(lines.contains("client: buy 9 2.00 1.00 ×0.50 1.00 ×0.50 1.00 ×0.50 8.0 ×2.00"))
        #expect(lines.contains("frontend: order buy 9 1.00 0.500 ×0.50 0.500 ×0.50 0.500 ×0.50"))
        #expect(!comparison.text.contains("client: search"))
        #expect(comparison.differences.first?.contains("A <fast> \"one\" & more; then Another") == true)
        #expect(comparison.differences.last == "The second run was interrupted.")
        #expect(Comparison(before: before, after: before).differences.isEmpty)
        let other = ReportFixture.report(.load, cells: [])
        #expect(Comparison(before: before, after: other).text.contains("nothing in common"))
    }

    @Test func replacesOnlyItsOwnSection() throws {
        let page = "# A\n\n\(MarkdownSection.begin)\nold\n\(MarkdownSection.end)\nrest\n"
        let new = try #require(MarkdownSection.replace(in: page, by: "new\n"))
        #expect(new == "# A\n\n\(MarkdownSection.begin)\n\nnew\n\n\(MarkdownSection.end)\nrest\n")
        #expect(MarkdownSection.replace(in: new, by: "new\n") == new)
        #expect(MarkdownSection.replace(in: "# A\n", by: "new") == nil)
    }
}

@Suite struct HTMLTests {
    /// What an XML parser, which is stricter than any browser, finds in a page.
    private final class Reader: NSObject, XMLParserDelegate {
        var names: [String: Int] = [:]
        var text = ""
        var fault: String?

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
            attributes: [String: String]
        ) {
            names[name, default: 0] += 1
            for (attribute, value) in attributes
            where ["src", "href", "onclick", "onload"].contains(attribute) {
                fault = "\(attribute)=\(value)"
            }
        }

        func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }

        func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
            fault = "line \(parser.lineNumber): \(error)"
        }
    }

    private func read(_ report: BenchReport) -> Reader {
        let reader = Reader()
        let parser = XMLParser(data: Data(report.html.utf8))
        parser.delegate = reader
        if !parser.parse(), reader.fault == nil { reader.fault = "it is not whole" }
        return reader
    }

    @Test func isWellFormedAndSelfContained() {
        for report in [ReportFixture.evaluation, ReportFixture.load, ReportFixture.report(.load, cells: [])] {
            let page = read(report)
            #expect(page.fault == nil)
            #expect(page.names["script"] == nil && page.names["link"] == nil && page.names["img"] == nil)
            #expect(!report.html.contains("http"), "it may ask for nothing on the network")
            #expect(!report.html.contains("nan") && !report.html.contains("inf\""))
            #expect(page.text.contains("A <fast> \"one\" & more"))
        }
    }

    /// All parts can be reached by headings and by keyboard.
    @Test func leadsThroughItselfInOrder() {
        for report in [ReportFixture.evaluation, ReportFixture.load] {
            let html = report.html
            let levels = html.matches(of: #/<h([1-6])[ >]/#).compactMap { Int($0.1) }
            #expect(
                levels.first == 1 && zip(levels, levels.dropFirst()).allSatisfy { $1 <= $0 + 1 }, "\(levels)")
            let tables = html.matches(of: #/<table>/#).count
            let scrolled = html.matches(
                of: #/<div class="scroll" role="region" aria-label="[^"]+" tabindex="0">/#)
            #expect(tables > 0 && scrolled.count == tables)
            #expect(html.matches(of: #/<th( |>)/#).count == html.matches(of: #/<th scope="col"/#).count)
        }
        let colours = StyleColours(HTMLStyle.sheet)
        #expect(colours.unnamed == [] && colours.faint(below: 4.5) == [])
    }

    @Test func drawsEveryOperation() {
        let page = read(ReportFixture.evaluation)
        // Three kinds of chart for three operations, and a mark for each entry of their legends.
        #expect(page.names["figure"] == 9)
        #expect(page.names["table"] == 2)
        #expect(page.text.contains("Where the time goes"))
        #expect(page.text.contains("catalog's update, and the way there"))
    }

    @Test func layersAddUpToTheLatency() throws {
        let cell = Cell(
            "buy", clients: 1,
            tally: ReportFixture.tally(nanos: 8_000_000, tiers: ["order", "catalog-update"]), seconds: 1)
        let layers = BenchReport.layers(of: "buy", [cell, nil])
        #expect(layers.map { $0.values[0] } == [4, 0, 4])
        #expect(layers.allSatisfy { $0.values[1] == nil })
        let soldOut = Cell(
            "buy", clients: 1, tally: ReportFixture.tally(nanos: 8_000_000, tiers: ["order"]), seconds: 1)
        #expect(BenchReport.layers(of: "buy", [soldOut]).map { $0.values[0] } == [0, 4, 4])
        #expect(BenchReport.layers(of: "search", [soldOut]).isEmpty)
        // A frontend that reports its own time separates it from the client's time.
        let told = Cell(
            "lookup", clients: 1,
            tally: ReportFixture.tally(nanos: 8_000_000, tiers: ["catalog-query", "total"]), seconds: 1)
        #expect(BenchReport.layers(of: "lookup", [told]).map { $0.values[0] } == [4, 0, 4])
    }

    @Test func choosesShortScales() {
        for (value, top) in [(0.9, 1.0), (1.0, 1), (1.1, 1.2), (3.3, 4), (95, 100), (0.021, 0.024), (0, 1)] {
            #expect(abs(SVGChart.niceTop(value) - top) < 1e-12)
        }
    }
}

@Suite struct MachineFactsTests {
    @Test func readsTheSystemsFiles() {
        let text = "processor : 0\nmodel name\t: Fast CPU @ 3 GHz: yes\nmodel name\t: Other\n"
        #expect(MachineFacts.value(of: "model name", in: text, separator: ":") == "Fast CPU @ 3 GHz: yes")
        #expect(MachineFacts.value(of: "none", in: text, separator: ":") == nil)
        let mounts = "a / ext4 rw 0 0\nb /tmp tmpfs rw 0 0\nc /tmpfiles xfs rw 0 0\nd /tmp btrfs rw 0 0\n"
        #expect(DiskProbe.fileSystem(of: "/tmp/x", mounts: mounts) == "btrfs")
        #expect(DiskProbe.fileSystem(of: "/var", mounts: mounts) == "ext4")
        #expect(DiskProbe.fileSystem(of: "/var", mounts: "") == nil)
    }

    @Test func measuresThisMachine() throws {
        let facts = MachineFacts.now(programVersion: "1.2.3")
        #expect(facts.cores > 0 && facts.memoryBytes > 0 && facts.program.hasPrefix("bookstore 1.2.3, "))
        let folder = FileManager.default.temporaryDirectory.path
        #expect(try #require(DiskProbe.medianSyncMillis(folder: folder)) > 0)
        #expect(DiskProbe.medianSyncMillis(folder: folder + "/none/such") == nil)
    }
}
