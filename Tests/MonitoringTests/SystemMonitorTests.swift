import Testing

@testable import Monitoring

@Suite struct SystemMonitorTests {
    @Test func countsByOutcome() throws {
        let monitor = SystemMonitor(tier: "test", shardCount: 1)
        let operation = monitor.operation(.served, "/buy")
        let outcomes: [SystemMonitor.Outcome] = [
            .success, .success, .failed, .refused, .error, .error, .error,
        ]
        for outcome in outcomes {
            monitor.begin(operation, shard: 0)
            monitor.end(operation, shard: 0, nanos: 1_000_000, outcome: outcome)
        }
        monitor.begin(operation, shard: 0)
        let reading = try #require(monitor.readings().first)
        #expect(SystemMonitor.Outcome.allCases.map(\.label) == ["success", "failed", "refused", "error"])
        #expect(SystemMonitor.Outcome.allCases.map(reading.count) == [2, 1, 1, 3])
        #expect(reading.inFlight == 1)
        #expect(reading.latencies[.error]?.total == 3_000_000)
    }

    @Test func findsAnOperationAgain() {
        let monitor = SystemMonitor(tier: "test", shardCount: 2)
        let served = monitor.operation(.served, "/buy")
        let called = monitor.operation(.called(peer: "order"), "/buy")
        #expect(monitor.operation(.served, "/buy") == served)
        #expect(called != served)
        #expect(monitor.operation(.called(peer: "catalog"), "/buy") != called)
        #expect(monitor.readings().map(\.name) == ["/buy", "/buy", "/buy"])
        #expect(
            monitor.readings().map(\.direction) == [
                .served, .called(peer: "order"), .called(peer: "catalog"),
            ])
    }

    @Test func mergesItsShards() throws {
        let monitor = SystemMonitor(tier: "test", shardCount: 4)
        let operation = monitor.operation(.served, "/lookup")
        for shard in 0..<4 {
            for _ in 0...shard {
                monitor.begin(operation, shard: shard)
                monitor.end(operation, shard: shard, nanos: UInt64(shard + 1) * 1_000_000, outcome: .success)
            }
        }
        // A request that changes its loop begins on one and ends on the other.
        monitor.begin(operation, shard: 0)
        monitor.begin(operation, shard: 0)
        monitor.end(operation, shard: 3, nanos: 0, outcome: .error)
        let reading = try #require(monitor.readings().first)
        #expect(SystemMonitor.Outcome.allCases.map(reading.count) == [10, 0, 0, 1])
        #expect(reading.inFlight == 1)
        #expect(reading.latencies[.success]?.total == 30_000_000)
        #expect(reading.latencies[.failed] == nil)
        // Reading changes nothing.
        #expect(monitor.readings().first?.count(.success) == 10)
    }

    @Test func addsUpTheSharesOfANumber() {
        let monitor = SystemMonitor(tier: "test", shardCount: 2)
        let cells = (1...3).map { _ in monitor.cell("open", .gauge, help: "Open.") }
        let other = monitor.cell("open", .gauge, labels: [("peer", "order")], help: "Open.")
        let total = monitor.cell("lost_total", .counter, help: "Lost.")
        for (index, cell) in cells.enumerated() { cell.set(10 * (index + 1)) }
        other.set(7)
        cells[1].set(0)
        for count in [1, 4] { total.add(count) }
        let page = PrometheusText.render(monitor.numbers())
        #expect(page.contains("\nopen 40\nopen{peer=\"order\"} 7\n"))
        #expect(page.contains("\nlost_total 5\n"))
    }
}

@Suite struct DistributionTests {
    private func distribution(of unit: Distribution.Unit, _ values: some Sequence<UInt64>) -> Distribution {
        var distribution = Distribution(of: unit)
        for value in values { distribution.record(value) }
        return distribution
    }

    @Test func percentilesAreWithinAPercent() {
        let shards = (0...1).map { shard in
            distribution(of: .nanos, (1...1_000).filter { $0 % 2 == shard }.map { UInt64($0) * 1_000_000 })
        }
        var merged = Distribution(of: .nanos)
        for shard in shards { merged.add(shard) }
        for (percent, millis) in [(50.0, 500.0), (95, 950), (99, 990), (100, 1_000)] {
            let measured = Double(merged.value(percentile: percent)) / 1e6
            #expect(abs(measured - millis) <= millis / 100, "p\(percent) is \(measured) ms")
        }
        #expect(merged.count == 1_000)
        #expect(merged.total == 500_500_000_000)
        #expect(Distribution(of: .nanos).value(percentile: 99) == 0)
    }

    @Test(arguments: [Distribution.Unit.nanos, .items]) func aBoundIsInItsBucket(unit: Distribution.Unit) {
        let bounds = unit.bounds
        #expect(bounds == bounds.sorted() && Set(bounds).count == bounds.count)
        let counts = distribution(of: unit, bounds).cumulativeCounts()
        #expect(counts == (1...bounds.count).map { UInt64($0) })
        // A value clearly above a bound is not in its bucket.
        let above = distribution(of: unit, bounds.map { $0 + max(1, $0 / 50) }).cumulativeCounts()
        #expect(above == (0..<bounds.count).map { UInt64($0) })
    }

    @Test func boundsAreTenToADecade() {
        let bounds = Distribution.Unit.nanos.bounds
        #expect(bounds.first == 5_000)
        #expect(bounds.last == 10_000_000_000)
        for (low, high) in zip(bounds, bounds.dropFirst()) {
            #expect((1.2...1.3).contains(Double(high) / Double(low)), "\(low) … \(high)")
        }
    }

    @Test func takesValuesBeyondItsRange() {
        let values = distribution(of: .nanos, [0, 1, 999, 3_600_000_000_000])
        #expect(values.count == 4)
        #expect(values.cumulativeCounts().first == 3)
        #expect(values.cumulativeCounts().last == 3)
        #expect(values.total == 3_600_000_001_000)
        #expect(values.value(percentile: 100) >= 60_000_000_000)
    }
}
