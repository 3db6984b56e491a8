import Monitoring
import Testing

@testable import Top

@Suite struct MetricsPageTests {
    @Test func readsWhatTheFormatAllows() throws {
        let page = try MetricsPage(
            parsing: """
                # HELP a Some help with {braces} and "quotes".
                # TYPE a counter
                a 1
                a{x="1"} 2.5
                \ta{x="2",y="z",}\t-3e-05 1700000000000

                # only a comment
                esc{v="q\\"b\\\\s\\nn} 1"} 4
                colon:name_total{ } 5\r
                inf +Inf
                nan NaN
                """)
        #expect(page.samples("a").map(\.value) == [1, 2.5, -3e-05])
        #expect(page.samples("a").map(\.labels) == [[:], ["x": "1"], ["x": "2", "y": "z"]])
        #expect(page.samples("a", where: ["y": "z"]).map(\.value) == [-3e-05])
        #expect(page.samples("esc").first?.labels == ["v": "q\"b\\s\nn} 1"])
        #expect(page.value("colon:name_total") == 5)
        #expect(page.value("inf") == .infinity)
        #expect(page.value("nan")?.isNaN == true)
        #expect(page.value("a", where: ["x": "3"]) == nil)
        #expect(page.value("b") == nil)
    }

    @Test(arguments: [
        "a", "a 1 2 3", "a x", "a 1 x", "1a 1", "a{x=1} 1", "a{x=\"1} 1", "a{x=\"1\" y=\"2\"} 1",
        "a{\"x\"} 1",
        "a{x=\"1\",x=\"2\"} 1", "a{x=\"1\"", "{\"status\":404}", "<html>", "a{x=\"\\",
    ]) func namesTheLineThatIsNone(line: String) {
        #expect(throws: MetricsFault(line: 3)) {
            try MetricsPage(parsing: "# TYPE a gauge\na 1\n\(line)\na 2\n")
        }
    }

    @Test func readsOurOwnPages() throws {
        let monitor = SystemMonitor(tier: "frontend", shardCount: 2)
        let buy = monitor.operation(.served, "/buy")
        for shard in [0, 1, 1] {
            monitor.begin(buy, shard: shard)
            monitor.end(buy, shard: shard, nanos: 2_000_000, outcome: .success)
        }
        let page = try MetricsPage(parsing: PrometheusText.page(of: monitor))
        #expect(
            page.value("http_server_requests_total", where: ["route": "/buy", "outcome": "success"]) == 3)
        #expect(page.value("http_server_request_duration_seconds_sum") == 0.006)
        #expect(
            page.value("http_server_request_duration_seconds_bucket", where: ["le": "0.002"]) == 3)
    }
}
