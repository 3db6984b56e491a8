import Model
import Testing

@testable import Demo

@Suite struct DemoPlanTests {
    /// A Thursday evening.
    private static let thursday = Timestamp(millis: 1_795_716_000_000)

    private static func sales(_ plan: DemoPlan) -> [(time: Timestamp, item: ItemNumber)] {
        plan.events.compactMap { event in
            if case .sale(let item) = event.kind { (event.time, item) } else { nil }
        }
    }

    private static func requests(_ plan: DemoPlan) -> [KeeperRequest] {
        plan.events.flatMap { event -> [KeeperRequest] in
            if case .keepers(let requests) = event.kind { requests } else { [] }
        }
    }

    /// On whatever day of the week it ends.
    @Test(arguments: 0..<7) func itIsFourWeeksInOrder(day: Int64) throws {
        let end = Timestamp(millis: Self.thursday.millis + day * 86_400_000)
        let plan = DemoPlan(until: end)
        let times = plan.events.map(\.time.millis)
        #expect(times == times.sorted())
        #expect(try #require(times.last) <= end.millis)
        #expect(try #require(times.first) > end.millis - 29 * 86_400_000)
        #expect((3_000...6_000).contains(Self.sales(plan).count))
        let best = try #require(plan.best)
        #expect(best.stock > 3)
    }

    @Test func itIsTheSameForTheSameEnd() {
        let (one, other) = (DemoPlan(until: Self.thursday), DemoPlan(until: Self.thursday))
        #expect(one.opening == other.opening)
        #expect(one.events.map(\.time) == other.events.map(\.time))
        #expect(Self.sales(one).map(\.item) == Self.sales(other).map(\.item))
    }

    @Test func nightsAreQuietAndSomeBooksSellBest() {
        let sales = Self.sales(DemoPlan(until: Self.thursday))
        let hours = sales.map { $0.time.millis / 3_600_000 % 24 }
        #expect(hours.count { $0 < 6 } * 5 < hours.count { $0 >= 18 })
        let counts = Dictionary(grouping: sales, by: \.item).mapValues(\.count)
        #expect(counts.values.max() ?? 0 > 40)
        #expect(counts.count > 800)
    }

    @Test func keepersDoAllKindsOfThingsAndSayWhy() {
        let plan = DemoPlan(until: Self.thursday)
        let requests = Self.requests(plan)
        for request in requests {
            let actor = request.actor ?? ""
            let reason = request.reason ?? ""
            #expect(ShopText.fault(in: actor, byteCountMax: KeeperRequest.actorByteCountMax) == nil)
            #expect(ShopText.fault(in: reason, byteCountMax: KeeperRequest.reasonByteCountMax) == nil)
        }
        var (deliveries, prices, additions, retirements, edits) = (0, 0, 0, 0, 0)
        for request in requests {
            switch request.work {
            case .updates(let updates):
                #expect((1...KeeperRequest.updateCountMax).contains(updates.count))
                deliveries += updates.contains { ($0.change.units ?? 0) > 0 } ? 1 : 0
                prices += updates.contains { $0.change.price != nil } ? 1 : 0
            case .add(let new):
                additions += 1
                #expect(!new.facts.authors.isEmpty)
            case .edit: edits += 1
            case .retire: retirements += 1
            default: break
            }
        }
        #expect(deliveries >= 6 && prices >= 6 && additions >= 30 && retirements == 1)
        #expect(plan.opening.count + additions <= DemoBooks.all.count)
        #expect(edits == plan.opening.count)
    }
}
