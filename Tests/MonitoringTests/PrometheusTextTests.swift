import Testing

@testable import Monitoring

@Suite struct PrometheusTextTests {
    /// A parsed sample line.
    private struct Sample {
        let name: String
        let labels: [String: String]
        let value: Double

        init?(_ line: Substring) {
            guard let match = line.wholeMatch(of: #/([a-z][a-z0-9_]*)(?:\{(.*)\})? ([^ ]+)/#),
                let value = Double(match.3)
            else { return nil }
            var labels: [String: String] = [:]
            for pair in match.2?.split(separator: ",") ?? [] {
                guard let parts = pair.wholeMatch(of: #/([a-z]+)="([^"\\]*)"/#),
                    labels.updateValue(String(parts.2), forKey: String(parts.1)) == nil
                else { return nil }
            }
            self.name = String(match.1)
            self.labels = labels
            self.value = value
        }

        /// The name of the family in its HELP and TYPE lines.
        var family: String {
            for suffix in ["_bucket", "_sum", "_count"]
            where (name.hasSuffix("_seconds" + suffix) || name.hasSuffix("_size" + suffix)) {
                return String(name.dropLast(suffix.count))
            }
            return name
        }
    }

    private func usedMonitor() -> SystemMonitor {
        let monitor = SystemMonitor(tier: "test", shardCount: 2)
        let operations = [
            monitor.operation(.served, "/buy"), monitor.operation(.served, "/livez"),
            monitor.operation(.called(peer: "catalog"), "/update"),
            monitor.operation(.called(peer: "order"), "/buy"),
        ]
        for (index, operation) in operations.enumerated() where index != 1 {
            for nanos in [10_000, 80_000, 700_000, 3_000_000, 40_000_000, 9_000_000_000] as [UInt64] {
                monitor.begin(operation, shard: index % 2)
                monitor.end(operation, shard: index % 2, nanos: nanos, outcome: .success)
            }
        }
        return monitor
    }

    @Test func everyLineIsWellFormed() throws {
        let depth = MetricSample("bookstore_depth", .gauge, 0.25, help: "A queue's depth.")
        let page = PrometheusText.page(of: usedMonitor(), samples: [depth])
        #expect(page.hasSuffix("\n"))
        var helped: Set<String> = []
        var typed: [String: String] = [:]
        var sampled: [String] = []
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            if let match = line.wholeMatch(of: #/# HELP ([a-z_]+) (.+)/#) {
                #expect(helped.insert(String(match.1)).inserted, "HELP twice: \(line)")
            } else if let match = line.wholeMatch(of: #/# TYPE ([a-z_]+) (counter|gauge|histogram)/#) {
                #expect(
                    typed.updateValue(String(match.2), forKey: String(match.1)) == nil, "TYPE twice: \(line)")
            } else {
                let sample = try #require(Sample(line), "no sample: \(line)")
                // HELP and TYPE precede a family's first sample, and its samples are together.
                #expect(typed[sample.family] != nil, "no TYPE before \(line)")
                if sampled.last != sample.family {
                    #expect(!sampled.contains(sample.family), "\(sample.family) is torn apart")
                    sampled.append(sample.family)
                }
                if typed[sample.family] == "counter" { #expect(sample.name.hasSuffix("_total")) }
            }
        }
        #expect(helped == Set(typed.keys))
        #expect(Set(sampled) == helped)
        #expect(page.contains("\nbookstore_depth 0.25\n"))
        #expect(
            page.contains(
                "http_client_requests_total{peer=\"catalog\",route=\"/update\",outcome=\"success\"} 6\n"))
        #expect(page.contains("http_server_requests_total{route=\"/livez\",outcome=\"success\"} 0\n"))
        #expect(page.contains("http_server_active_requests{route=\"/livez\"} 0\n"))
        #expect(
            page.contains(
                "bookstore_build_info{tier=\"test\",version=\"1.0.0\",configuration=\"debug\"} 1\n"))
    }

    @Test func bucketsAreCumulativeUpToTheCount() throws {
        let page = PrometheusText.page(of: usedMonitor())
        let samples = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { Sample($0) }
        let series = Dictionary(grouping: samples.filter { $0.name.hasSuffix("_bucket") }) { sample in
            "\(sample.family) \(sample.labels["peer"] ?? "") \(sample.labels["route"] ?? "")"
        }
        // A route without requests has no latencies.
        #expect(series.count == 3)
        for (name, buckets) in series {
            let bounds = try buckets.map { bucket in
                let bound = try #require(bucket.labels["le"])
                return bound == "+Inf" ? Double.infinity : try #require(Double(bound))
            }
            #expect(bounds == bounds.sorted())
            #expect(Set(bounds).count == bounds.count)
            #expect(bounds.last == .infinity)
            let counts = buckets.map(\.value)
            #expect(counts == counts.sorted(), "\(name) is not cumulative")
            let first = try #require(buckets.first)
            let end = first.labels.filter { $0.key != "le" }
            let count = samples.first { $0.name == first.family + "_count" && $0.labels == end }
            #expect(counts.last == count?.value)
        }
        let buy = try #require(series["http_server_request_duration_seconds  /buy"])
        let counts = Dictionary(uniqueKeysWithValues: buy.map { ($0.labels["le"] ?? "", $0.value) })
        #expect(counts["8e-06"] == 0)
        #expect(counts["1e-05"] == 1)
        #expect(counts["0.0001"] == 2)
        #expect(counts["0.001"] == 3)
        #expect(counts["0.05"] == 5)
        #expect(counts["8"] == 5)
        #expect(counts["10"] == 6)
        #expect(counts["+Inf"] == 6)
        let sum = samples.first { $0.name == "http_server_request_duration_seconds_sum" }
        #expect(abs(try #require(sum).value - 9.04379) < 1e-9)
    }

    @Test func anEmptyMonitorHasItsOwnFigures() throws {
        let page = PrometheusText.page(of: SystemMonitor(tier: "test", shardCount: 1))
        #expect(!page.contains("http_"))
        #expect(page.contains("\nbookstore_stock_outs_total 0\n"))
        let samples = page.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { Sample($0) }
        let memory = try #require(samples.first { $0.name == "process_resident_memory_bytes" })
        #expect(memory.value > 1_000_000)
        #expect(samples.contains { $0.name == "process_cpu_seconds_total" && $0.value > 0 })
        #expect(samples.contains { $0.name == "process_open_fds" && $0.value >= 3 })
    }

    @Test func escapesLabelValues() {
        let sample = MetricSample("x", .gauge, 1, labels: [("a", "q\"b\\s\nn")], help: "X.")
        #expect(PrometheusText.render([sample]).hasSuffix(#"x{a="q\"b\\s\nn"} 1"# + "\n"))
    }

    @Test func putsTheSamplesOfOneNameTogether() {
        let a = MetricSample("a", .gauge, 1, help: "A.")
        let b = MetricSample("b_total", .counter, 2, help: "B.")
        #expect(
            PrometheusText.render([a, b, a]) == """
                # HELP a A.
                # TYPE a gauge
                a 1
                a 1
                # HELP b_total B.
                # TYPE b_total counter
                b_total 2

                """)
    }
}
