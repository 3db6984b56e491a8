import Testing

@testable import Bench

@Suite struct ThresholdTests {
    @Test(arguments: [
        ("p99>5ms", 5.0), ("p99>5000us", 5), ("p99 > 5000µs", 5), ("mean>=0.005s", 5), ("p99.9>5000000ns", 5),
        ("max<5ms", 5), ("buy.p50>5ms", 5), ("errors>0", 0), ("throughput<1000", 1_000),
        ("all.throughput<=1000/s", 1_000), ("error-rate>2.5%", 0.025), ("search.sold-out>3", 3),
        ("cpu>80%", 0.8),
    ])
    func readsBounds(text: String, bound: Double) throws {
        #expect(abs(try Threshold(parsing: text).bound - bound) < 1e-9)
    }

    @Test func readsItsParts() throws {
        let threshold = try Threshold(parsing: "buy.p99.9>=5ms")
        #expect(threshold.scope == "buy" && threshold.metric == .latency("p99.9"))
        #expect(threshold.comparison == .atLeast && threshold.description == "buy.p99.9>=5ms")
        #expect(try Threshold(parsing: "p99.9<1s").scope == nil)
        #expect(threshold.asksForOther(than: [.search]))
        #expect(!threshold.asksForOther(than: [.buy]))
        #expect(!(try Threshold(parsing: "all.max>1s").asksForOther(than: [.search])))
    }

    @Test(arguments: [
        ("", "no >, >=, < or <="), ("p99", "no >, >=, < or <="), ("p99=5ms", "no >, >=, < or <="),
        ("p99>5", "'5' needs a unit"), ("p99>", "'' needs a unit"), ("p99>xms", "'x' is not a number"),
        ("p99>-1ms", "'-1' is not a number"), ("p98>5ms", "'p98' is none of mean"),
        ("order.p99>5ms", "'order.p99' is none of"), ("errors>1%", "'1%' is not a number"),
        ("error-rate>1", "'1' needs a % sign"), ("p99>infms", "'inf' is not a number"),
        ("p99=>5ms", "'p99=' is none of"),
    ])
    func saysWhatIsWrong(text: String, reason: String) {
        let fault = #expect(throws: ArgumentFault.self) { try Threshold(parsing: text) }
        #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "")")
    }

    @Test(arguments: [
        // In the fixture every latency is 1 ms, except 20 ms for buy with 9 clients.
        ("p99>5ms", ["buy, 9 clients has 20.0 ms"]), ("buy.p99>5ms", ["buy, 9 clients has 20.0 ms"]),
        ("search.p99>5ms", []), ("p99>21ms", []), ("throughput<1", []),
        ("errors>0", ["buy, 9 clients has 3 errors"]), ("search.errors>0", []),
        ("error-rate>=75%", ["buy, 9 clients has 75 % errors"]),
        ("sold-out>0", ["lookup, 1 client has 1 sold out"]),
        ("cpu>10%", ["the generator used 25 % of a core"]), ("cpu>30%", []), ("not-sent>0", []),
        ("all.p99>1s", ["nothing of that was measured"]),
    ])
    func judges(text: String, expected: [String]) throws {
        let violations = try Threshold(parsing: text).violations(in: ReportFixture.evaluation)
        #expect(violations == expected.map { "\(text): \($0)" })
    }

    /// A threshold without a scope applies to all operations of a mix together.
    @Test func checksThresholdsOfAMix() throws {
        let report = ReportFixture.load
        #expect(try Threshold(parsing: "throughput<3").violations(in: report) == [])
        #expect(try Threshold(parsing: "buy.throughput<3").violations(in: report).count == 1)
        #expect(
            try Threshold(parsing: "not-sent>0").violations(in: report) == [
                "not-sent>0: 7 requests were not sent"
            ])
        #expect(try Threshold(parsing: "late>=5").violations(in: report) == ["late>=5: 5 requests were late"])
    }

    @Test func aThresholdWithoutAMeasurementFails() throws {
        var tally = LoadTally.Operation()
        tally.failures = ["timed out": 4]
        let report = ReportFixture.report(
            .load, cells: [Cell("buy", clients: 2, tally: tally, seconds: 1)])
        #expect(try Threshold(parsing: "p99>5ms").violations(in: report).count == 1)
        #expect(try Threshold(parsing: "throughput<1").violations(in: report).count == 1)
    }
}
