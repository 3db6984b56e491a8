import Model
import Monitoring
import Testing

@testable import Bench

@Suite struct MixTests {
    /// The standard's own sums: 95/5, 80/20 and 50/50 of browsing and ordering pages.
    @Test(arguments: [("browsing", 95.0), ("shopping", 80.0), ("ordering", 50.0)])
    func hasTheStandardsPercentages(name: String, browse: Double) throws {
        let mix = try #require(TPCW.mixes[name])
        let browsing =
            mix.home + mix.newProducts + mix.bestSellers + mix.productDetail + mix.searchRequest
            + mix.searchResults
        let ordering =
            mix.cart + mix.registration + mix.buyRequest + mix.buyConfirm + mix.orderInquiry
            + mix.orderDisplay + mix.adminRequest + mix.adminConfirm
        #expect(abs(browsing - browse) < 1e-9)
        #expect(abs(browsing + ordering - 100) < 1e-9)
        let mapped = try OperationMix(parsing: name)
        let sum = BenchOperation.allCases.reduce(0) { $0 + mapped.share(of: $1) }
        #expect(abs(sum - 1) < 1e-9)
    }

    @Test func mixesDifferInTheirBuyShare() throws {
        let shares = try ["browsing", "shopping", "ordering"].map {
            try OperationMix(parsing: $0).share(of: .buy)
        }
        #expect(shares == shares.sorted())
        #expect(abs(shares[2] - 10.18 / (0.46 + 0.46 + 13.08 + 12.35 + 10.18)) < 1e-9)
    }

    @Test func readsWeights() throws {
        let mix = try OperationMix(parsing: "lookup=3,buy=1")
        #expect(mix.share(of: .lookup) == 0.75 && mix.share(of: .buy) == 0.25)
        #expect(mix.operations == [.lookup, .buy])
        #expect(mix.description == "custom (75.0 % lookup, 25.0 % buy)")
    }

    @Test(arguments: [
        ("", "'' in the mix"), ("sopping", "'sopping' in the mix"), ("buy", "'buy' in the mix"),
        ("buy=x", "weight 'x' of buy"), ("buy=-1", "weight '-1' of buy"), ("buy=nan", "weight 'nan'"),
        ("buy=1,buy=2", "names buy twice"), ("search=0,buy=0", "no weight above 0"),
        ("buy=1,", "'' in the mix"),
    ])
    func refusesWhatIsNoMix(text: String, reason: String) {
        let fault = #expect(throws: ArgumentFault.self) { try OperationMix(parsing: text) }
        #expect(fault?.description.contains(reason) == true, "\(fault?.description ?? "")")
    }

    @Test func drawsInProportion() throws {
        let mix = try OperationMix(parsing: "search=1,lookup=2,buy=7")
        var random = FastRandom(seed: 1)
        var counts = [0, 0, 0]
        for _ in 0..<100_000 { counts[mix.pick(using: &random).index] += 1 }
        for (count, share) in zip(counts, [0.1, 0.2, 0.7]) {
            #expect(abs(Double(count) / 100_000 - share) < 0.01)
        }
        let only = OperationMix(only: .lookup)
        #expect((0..<1_000).allSatisfy { _ in only.pick(using: &random) == .lookup })
    }
}

@Suite struct ItemPopularityTests {
    @Test func readsRanges() throws {
        #expect(try ItemSet(parsing: "3-9").count == 7)
        #expect(try ItemSet(parsing: "5") == .range(5...5))
        for text in ["", "0-3", "9-3", "1-2-3", "a-b", "1-", "-1", "01-3", "1-10000001"] {
            #expect(throws: ArgumentFault.self, "\(text)") { try ItemSet(parsing: text) }
        }
    }

    /// Zipf's law: the share of rank k is proportional to 1/k^s.
    @Test(arguments: [0.5, 1.0, 1.5]) func followsZipf(exponent: Double) {
        let popularity = ItemPopularity(items: .range(101...110), exponent: exponent)
        var random = FastRandom(seed: 7)
        var counts = [Int](repeating: 0, count: 10)
        let draws = 200_000
        for _ in 0..<draws { counts[Int(popularity.pick(using: &random)) - 101] += 1 }
        let weights = (1...10).map { rank in (0..<1).reduce(1.0) { value, _ in value / power(rank, exponent) }
        }
        let sum = weights.reduce(0, +)
        for (count, weight) in zip(counts, weights) {
            #expect(abs(Double(count) / Double(draws) - weight / sum) < 0.006)
        }
        #expect(abs(popularity.topShare - weights[0] / sum) < 1e-12)
    }

    /// Without the library's power function, which the code under test uses.
    private func power(_ base: Int, _ exponent: Double) -> Double {
        switch exponent {
        case 0.5: Double(base).squareRoot()
        case 1: Double(base)
        default: Double(base) * Double(base).squareRoot()
        }
    }

    @Test func picksItemsUniformly() throws {
        let items = try [2, 5, 9].map { try #require(ItemNumber($0)) }
        var random = FastRandom(seed: 3)
        for popularity in [
            ItemPopularity(items: .list(items), exponent: nil),
            ItemPopularity(items: .list(items), exponent: 0),
        ] {
            var counts: [Int64: Int] = [:]
            for _ in 0..<30_000 { counts[popularity.pick(using: &random), default: 0] += 1 }
            #expect(Set(counts.keys) == [2, 5, 9])
            #expect(counts.values.allSatisfy { abs($0 - 10_000) < 500 })
        }
        let single = ItemPopularity(items: .range(4...4), exponent: 1)
        #expect(single.pick(using: &random) == 4)
    }
}
