import Processes
import Testing

@testable import Chaos

@Suite struct FaultScheduleTests {
    private func faults(seed: UInt64, count: Int) -> [Fault] {
        var schedule = FaultSchedule(seed: seed)
        return (0..<count).map { _ in schedule.next() }
    }

    @Test func repeatsTheFaultsOfASeed() {
        #expect(faults(seed: 5, count: 500) == faults(seed: 5, count: 500))
        #expect(faults(seed: 5, count: 500) != faults(seed: 6, count: 500))
    }

    /// 200 faults, as CI has them, are of every kind.
    @Test func drawsEveryKind() {
        let names = Set(faults(seed: 1, count: 200).map(\.name))
        #expect(names.count == 12, "\(names.sorted())")
    }

    @Test func namesOnlyServersAndProxiesThatExist() {
        for fault in faults(seed: 9, count: 5_000) {
            switch fault {
            case .kill(let servers, _, _):
                #expect(!servers.isEmpty && Set(servers).count == servers.count)
                #expect(servers.allSatisfy { (0..<ChaosStore.serverCount).contains($0) })
            case .freeze(let server, _): #expect((0..<ChaosStore.serverCount).contains(server))
            case .cut(let proxy), .refuse(let proxy, _), .hold(let proxy, _), .delay(let proxy, _, _, _),
                .mute(let proxy, _):
                #expect((0..<ChaosStore.proxyCount).contains(proxy))
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
