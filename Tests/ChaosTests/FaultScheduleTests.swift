import Processes
import Testing

@testable import Chaos

@Suite struct FaultScheduleTests {
    private func faults(of layout: StoreLayout = .oneMachine, seed: UInt64, count: Int) -> [Fault] {
        var schedule = FaultSchedule(of: layout, seed: seed)
        return (0..<count).map { _ in schedule.next() }
    }

    @Test func repeatsTheFaultsOfASeed() {
        #expect(faults(seed: 5, count: 500) == faults(seed: 5, count: 500))
        #expect(faults(seed: 5, count: 500) != faults(seed: 6, count: 500))
    }

    /// 200 faults, as CI has them, are of every kind.
    @Test func drawsEveryKind() {
        let names = Set(faults(seed: 1, count: 200).map { $0.name(of: 4) })
        #expect(names.count == 12, "\(names.sorted())")
    }

    @Test func drawsEveryKindOfTheDatabase() {
        let names = Set(faults(of: .replicas, seed: 1, count: 500).map { $0.name(of: 6) })
        #expect(names.count == 12 + 5 + 6, "\(names.sorted())")
    }

    /// A seed of an earlier run still draws its faults.
    @Test func keepsTheWaysInTheirOrder() {
        let servers = StoreLayout.oneMachine.servers
        let ways = StoreLayout.oneMachine.ways.map { way in
            switch (way.from, way.to) {
            case (.clients, .server(let to)): "clients - \(servers[to].name)"
            case (.server(let from), .server(let to)): "\(servers[from].name) - \(servers[to].name)"
            default: "\(way)"
            }
        }
        #expect(
            ways == [
                "clients - frontend 0", "clients - frontend 1", "clients - catalog", "order - catalog",
                "frontend 0 - catalog", "frontend 0 - order", "frontend 1 - catalog", "frontend 1 - order",
            ])
    }

    @Test(arguments: [StoreLayout.oneMachine, .replicas])
    func namesOnlyServersAndProxiesThatExist(layout: StoreLayout) {
        let (servers, proxies) = (layout.servers.indices, layout.ways.indices)
        for fault in faults(of: layout, seed: 9, count: 5_000) {
            switch fault {
            case .kill(let servers, _, _):
                #expect(!servers.isEmpty && Set(servers).count == servers.count)
                #expect(servers.allSatisfy { servers.contains($0) })
            case .freeze(let server, _): #expect(servers.contains(server))
            case .cut(let proxy), .refuse(let proxy, _), .hold(let proxy, _), .delay(let proxy, _, _, _),
                .mute(let proxy, _):
                #expect(proxies.contains(proxy))
            case .database: #expect(layout == .replicas)
            }
        }
    }
}

@Suite struct RunPaceTests {
    private func pace(purchases: Int = 100, faults: Int = 10, seconds: Int = 60, stop: StopFlag = StopFlag())
        -> RunPace
    {
        RunPace(purchases: purchases, faults: faults, deadline: .now + .seconds(seconds), stop: stop)
    }

    @Test func isOverWhenBothGoalsAreReached() {
        let pace = pace(purchases: 2, faults: 1)
        pace.purchased()
        pace.failed()
        #expect(!pace.isOver)
        pace.purchased()
        #expect(pace.isOver)
    }

    @Test func endsOnTimeOrWhenStopped() {
        #expect(pace(seconds: 0).isOver)
        let stop = StopFlag()
        let pace = pace(stop: stop)
        #expect(!pace.isOver)
        stop.set()
        #expect(pace.isOver)
    }

    @Test func keepsPurchasesAndFaultsInStep() {
        let pace = pace()
        #expect(!pace.isBuyingAhead && !pace.isFailingAhead)
        pace.failed()
        #expect(!pace.isBuyingAhead && pace.isFailingAhead)
        for _ in 0..<10 { pace.purchased() }
        #expect(!pace.isBuyingAhead && !pace.isFailingAhead)
        for _ in 0..<5 { pace.purchased() }
        #expect(pace.isBuyingAhead && !pace.isFailingAhead)
    }
}
