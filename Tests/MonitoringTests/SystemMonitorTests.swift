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
        #expect(reading.counts == [2, 1, 1, 3])
        #expect(reading.count == 7)
        #expect(reading.inFlight == 1)
        #expect(reading.latencyNanosTotal == 7_000_000)
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
        // A request that changes its loop is in flight on one and ends on the other.
        monitor.begin(operation, shard: 0)
        monitor.begin(operation, shard: 0)
        monitor.end(operation, shard: 3, nanos: 0, outcome: .error)
        let reading = try #require(monitor.readings().first)
        #expect(reading.counts == [10, 0, 0, 1])
        #expect(reading.inFlight == 1)
        #expect(reading.latencyNanosTotal == 30_000_000)
        // Reading changes nothing.
        #expect(monitor.readings().first?.counts == reading.counts)
    }

    @Test func percentilesAreWithinThreeDigits() throws {
        let monitor = SystemMonitor(tier: "test", shardCount: 2)
        let operation = monitor.operation(.served, "/lookup")
        for millis in UInt64(1)...1_000 {
            monitor.begin(operation, shard: Int(millis % 2))
            monitor.end(operation, shard: Int(millis % 2), nanos: millis * 1_000_000, outcome: .success)
        }
        let reading = try #require(monitor.readings().first)
        for (percent, millis) in [(50.0, 500.0), (95, 950), (99, 990), (100, 1_000)] {
            let measured = Double(reading.latencyNanos(percentile: percent)) / 1e6
            #expect(abs(measured - millis) <= millis / 500, "p\(percent) is \(measured) ms")
        }
        // A bucket holds what is not above its bound, to the histogram's three digits.
        #expect(reading.count(upTo: 10_000_000) == 10)
        #expect(reading.count(upTo: 250_500_000) == 250)
        #expect(reading.count(upTo: 60_000_000_000) == 1_000)
    }

    @Test func takesLatenciesBeyondItsRange() throws {
        let monitor = SystemMonitor(tier: "test", shardCount: 1)
        let operation = monitor.operation(.served, "/lookup")
        #expect(monitor.readings().first?.latencyNanos(percentile: 99) == 0)
        for nanos in [0, 1, 999, 3_600_000_000_000] as [UInt64] {
            monitor.begin(operation, shard: 0)
            monitor.end(operation, shard: 0, nanos: nanos, outcome: .success)
        }
        let reading = try #require(monitor.readings().first)
        #expect(reading.count == 4)
        #expect(reading.count(upTo: 5_000_000_000) == 3)
        #expect(reading.latencyNanosTotal == 3_600_000_001_000)
    }
}
