import Testing

@testable import Top

@Suite struct MetricsChangeTests {
    private func change(_ before: String?, _ now: String, seconds: Double = 2) throws -> MetricsChange {
        MetricsChange(
            now: try MetricsPage(parsing: now), before: try before.map { try MetricsPage(parsing: $0) },
            seconds: seconds)
    }

    @Test func calculatesRatesOfTheDifference() throws {
        let change = try change(
            "n_total{o=\"a\"} 10\nn_total{o=\"b\"} 5\n", "n_total{o=\"b\"} 5\nn_total{o=\"a\"} 30\n")
        #expect(change.rate("n_total") == 10)
        #expect(change.rate("n_total", where: ["o": "a"]) == 10)
        #expect(change.rate("n_total", where: ["o": "b"]) == 0)
        #expect(change.rate("m_total") == 0)
    }

    @Test func aDroppedCounterHasRestarted() throws {
        #expect(try change("n_total 1000\n", "n_total 8\n").rate("n_total") == 4)
        // A new counter began at 0, like all counters in a first reading.
        #expect(try change("", "n_total 8\n").rate("n_total") == 4)
        #expect(try change(nil, "n_total 8\n", seconds: 16).rate("n_total") == 0.5)
        #expect(try change(nil, "n_total 8\n", seconds: 0).rate("n_total") == 0)
    }

    private func buckets(_ counts: [(String, Int)], _ labels: String = "") -> String {
        counts.map { "t_bucket{\(labels)le=\"\($0)\"} \($1)\n" }.joined()
    }

    @Test func calculatesPercentilesOfTheDifference() throws {
        let before = buckets([("0.001", 900), ("0.01", 900), ("0.1", 900), ("+Inf", 900)])
        let now = buckets([("0.001", 900), ("0.01", 990), ("0.1", 1_000), ("+Inf", 1_000)])
        let change = try change(before, now)
        // 90 of the 100 new ones lie between 1 and 10 ms.
        #expect(abs(try #require(change.percentile(50, of: "t")) - 0.006) < 1e-9)
        #expect(abs(try #require(change.percentile(90, of: "t")) - 0.01) < 1e-9)
        #expect(abs(try #require(change.percentile(99, of: "t")) - 0.091) < 1e-9)
        #expect(try self.change(now, now).percentile(50, of: "t") == nil)
        #expect(change.percentile(50, of: "u") == nil)
    }

    @Test func percentilesAreOverAllSeriesThatMatch() throws {
        let now =
            buckets([("1", 3), ("2", 3), ("+Inf", 3)], "o=\"a\",")
            + buckets([("1", 0), ("2", 1), ("+Inf", 1)], "o=\"b\",")
        let change = try change(nil, now)
        #expect(change.percentile(100, of: "t") == 2)
        #expect(change.percentile(75, of: "t") == 1)
        #expect(change.percentile(100, of: "t", where: ["o": "a"]) == 1)
        // Beyond the last bound only the bound is known.
        #expect(try self.change(nil, buckets([("1", 0), ("+Inf", 4)])).percentile(50, of: "t") == 1)
    }

    @Test func calculatesMeansOfTheDifference() throws {
        let change = try change("t_sum 10\nt_count 10\n", "t_sum 40\nt_count 16\n")
        #expect(change.mean(of: "t") == 5)
        #expect(change.mean(of: "u") == nil)
    }
}
