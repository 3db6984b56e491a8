import Model
import Monitoring
import NIOCore
import Testing

@testable import TierHTTP

/// The state machines of the choice between servers, without sockets and clocks.
@Suite struct BalanceTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private let addresses = (1...3).map { ServerAddress(host: "10.0.0.\($0)", port: 8001) }

    private func choose(
        _ balance: inout Balance, _ affinity: UInt64?, isWellOnly: Bool = false, at now: NIODeadline,
        load: [Int] = [0, 0, 0], excluding excluded: Set<Int> = [], down: Set<Int> = []
    ) -> Int? {
        balance.choose(
            affinity, isWellOnly: isWellOnly, at: now, load: { load[$0] },
            isExcluded: { excluded.contains($0) }, isDown: { down.contains($0) })
    }

    private func firsts(_ balance: inout Balance, at now: NIODeadline, down: Set<Int> = []) -> [Int] {
        (1...3000).map { choose(&balance, $0, at: now, down: down) ?? -1 }
    }

    // MARK: Choice

    /// Every process must agree, also with one of another version.
    @Test func theOrderIsAlwaysTheSame() {
        let rendezvous = Rendezvous(addresses)
        let firsts = (1...12).map { item in
            (0..<3).max { rendezvous.score(of: item, at: $0) < rendezvous.score(of: item, at: $1) } ?? -1
        }
        #expect(firsts == [0, 2, 0, 2, 0, 2, 1, 0, 1, 0, 1, 0])
    }

    @Test func aServerThatIsMissingMovesOnlyItsOwn() {
        var balance = Balance(addresses)
        let all = firsts(&balance, at: start)
        for server in 0..<3 { #expect((850...1150).contains(all.count { $0 == server })) }
        let without = firsts(&balance, at: start, down: [1])
        for (before, after) in zip(all, without) where before != 1 { #expect(before == after) }
        #expect((400...600).contains(zip(all, without).count { $0 == 1 && $1 == 0 }))
    }

    @Test func theLessBusyOfTwoIsAsked() {
        var balance = Balance(addresses, random: FastRandom(seed: 1))
        let chosen = (0..<3000).map { _ in choose(&balance, nil, at: start, load: [5, 1, 9]) }
        #expect((1850...2150).contains(chosen.count { $0 == 1 }) && !chosen.contains(2))
    }

    @Test func theBestOfWhatIsLeft() {
        var balance = Balance(addresses)
        balance.failedToConnect(to: 0, at: start)
        #expect(!firsts(&balance, at: start).contains(0))
        // All are out: each is asked for what is its own, unless it would have to be connected first.
        for server in 1..<3 { balance.failedToConnect(to: server, at: start) }
        #expect(Set(firsts(&balance, at: start)) == [0, 1, 2])
        #expect(Set(firsts(&balance, at: start, down: [2])) == [0, 1])
        #expect(choose(&balance, 1, isWellOnly: true, at: start) == nil)
        #expect(choose(&balance, 1, at: start, excluding: [0, 1, 2]) == nil)
        #expect(choose(&balance, 1, at: start, excluding: [0, 1], down: [2]) == 2)
        balance.probed(1, isReady: true, at: start)
        // The only one that is not out has everything, however short it is back.
        #expect(Set(firsts(&balance, at: start)) == [1])
    }

    @Test func aServerReturnsSlowly() {
        var balance = Balance(addresses)
        let own = firsts(&balance, at: start).count { $0 == 0 }
        balance.failedToConnect(to: 0, at: start)
        balance.probed(0, isReady: true, at: start)
        var before = 0
        for (passed, least, most) in [(0, 0.03, 0.1), (1000, 0.5, 0.65), (2000, 1, 1)] {
            let count = firsts(&balance, at: start + .milliseconds(Int64(passed))).count { $0 == 0 }
            let part = Double(count) / Double(own)
            #expect(count >= before && part >= least && part <= most)
            before = count
        }
    }

    // MARK: Silence

    private func silence(
        _ balance: inout Balance, of server: Int, after millis: Int64, isQuick: Bool = true
    ) -> Balance.Silence {
        balance.silence(of: server, since: start, isQuick: isQuick, at: start + .milliseconds(millis))
    }

    private func hear(_ balance: inout Balance, _ server: Int, after millis: Int64, isQuick: Bool = true) {
        balance.heard(from: server, isQuick: isQuick, at: start + .milliseconds(millis))
    }

    @Test func aSilentServerAmongOthersThatAnswer() {
        var balance = Balance(addresses)
        hear(&balance, 1, after: 150)
        #expect(silence(&balance, of: 0, after: 199) == .none)
        #expect(silence(&balance, of: 0, after: 200) == .moveAll)
        #expect(balance.health(of: 0).fault == .silent)
        // What it still holds is tried again.
        #expect(silence(&balance, of: 0, after: 225) == .moveAll)
    }

    /// A server that waits for a silent one behind it is silent itself until it has noticed.
    @Test func aTierInFrontIsMorePatient() {
        var balance = Balance(addresses, limits: ClientLimits(tiersBehind: 1))
        hear(&balance, 1, after: 290)
        #expect(silence(&balance, of: 0, after: 299) == .none)
        #expect(silence(&balance, of: 0, after: 300) == .moveAll)
    }

    @Test func silenceOfAll() {
        var balance = Balance(addresses)
        // They answered when the silence began, which says nothing.
        for server in 0..<3 { hear(&balance, server, after: 2) }
        #expect(silence(&balance, of: 0, after: 210) == .moveOne)
        #expect(silence(&balance, of: 0, after: 235) == .none)
        #expect(silence(&balance, of: 1, after: 235) == .moveOne)
        #expect(balance.health(of: 0).fault == nil)
        // The one that was moved is answered: only the first has the trouble.
        hear(&balance, 2, after: 240)
        #expect(silence(&balance, of: 0, after: 260) == .moveAll)
        // Once it is heard again, the next silence is looked into anew.
        hear(&balance, 1, after: 240)
        balance.failedToConnect(to: 2, at: start)
        #expect(silence(&balance, of: 1, after: 500) == .none)
    }

    @Test func whatTakesLongMayBeSilent() {
        var balance = Balance(addresses)
        hear(&balance, 1, after: 300)
        hear(&balance, 0, after: 150)
        #expect(silence(&balance, of: 0, after: 349, isQuick: false) == .none)
        #expect(silence(&balance, of: 0, after: 350, isQuick: false) == .ask)
        #expect(silence(&balance, of: 0, after: 375, isQuick: false) == .none)
        balance.endedAsking(0)
        hear(&balance, 0, after: 380)
        #expect(silence(&balance, of: 0, after: 400, isQuick: false) == .none)
        #expect(silence(&balance, of: 0, after: 600, isQuick: false) == .ask)
        balance.failedToConnect(to: 0, at: start)
        #expect(silence(&balance, of: 0, after: 600, isQuick: false) == .moveAll)
    }

    // MARK: Probes

    @Test func probesAreDueWhileAServerIsOut() {
        var balance = Balance(addresses)
        #expect(balance.probeWait(at: start) == nil && balance.beginProbes(at: start) == [])
        balance.failedToConnect(to: 2, at: start)
        #expect(balance.probeWait(at: start) == ServerHealth.probeInterval)
        let due = start + ServerHealth.probeInterval
        #expect(balance.beginProbes(at: due) == [2] && balance.beginProbes(at: due) == [])
        #expect(balance.probeWait(at: due) == nil)
        balance.probed(2, isReady: false, at: due)
        #expect(balance.probeWait(at: due) == ServerHealth.probeInterval)
    }

    // MARK: Budget

    @Test func repetitionsAreAShareOfTheCalls() {
        var budget = RepetitionBudget()
        let least = RepetitionBudget.repetitionCountMinPerSecond * RepetitionBudget.secondCount
        #expect((0..<1000).count { _ in budget.take(at: start) } == least)
        for second in 1...4 {
            for _ in 0..<250 { budget.note(at: start + .seconds(Int64(second))) }
        }
        #expect((0..<1000).count { _ in budget.take(at: start + .seconds(4)) } == 200)
        // What was in the first second no longer counts, nor does anything after a pause.
        #expect((0..<1000).count { _ in budget.take(at: start + .seconds(5)) } == least)
        #expect((0..<1000).count { _ in budget.take(at: start + .seconds(20)) } == least)
    }
}

@Suite struct ServerHealthTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func answer(
        _ health: inout ServerHealth, isFault: Bool, isRead: Bool = true, at now: NIODeadline
    ) {
        health.answered(isFault: isFault, isRead: isRead, sent: now - .milliseconds(1), at: now)
    }

    @Test func faultsInARowLetItLeave() {
        var health = ServerHealth()
        #expect(health.share(at: start) == ServerHealth.wholeShare)
        for _ in 0..<10 {
            for _ in 1..<ServerHealth.faultCountMax { answer(&health, isFault: true, at: start) }
            answer(&health, isFault: false, at: start)
        }
        #expect(!health.isOut)
        // It reads well, but cannot change anything.
        for _ in 0..<ServerHealth.faultCountMax {
            #expect(!health.isOut)
            answer(&health, isFault: true, isRead: false, at: start)
            answer(&health, isFault: false, at: start)
        }
        #expect(health.fault == .unavailable && health.share(at: start) == 0)
    }

    @Test func aGoodAnswerBringsItBack() {
        var health = ServerHealth()
        health.leave(.silent, at: start)
        // It was asked before it left.
        health.answered(isFault: false, isRead: true, sent: start, at: start + .seconds(1))
        #expect(health.isOut)
        health.answered(isFault: false, isRead: true, sent: start + .milliseconds(1), at: start + .seconds(1))
        #expect(!health.isOut && health.share(at: start + .seconds(1)) < ServerHealth.wholeShare)
        #expect(health.share(at: start + .seconds(3)) == ServerHealth.wholeShare)
    }

    @Test func aServerThatFailsAgainAndAgainWaitsLonger() {
        var health = ServerHealth()
        var now = start
        var waits: [Int64] = []
        for _ in 0..<6 {
            health.leave(.unavailable, at: now)
            let due = health.nextProbe ?? .distantFuture
            waits.append((due - now).nanoseconds / 1_000_000)
            health.beginProbe()
            #expect(health.nextProbe == nil)
            health.probed(isReady: true, at: due)
            #expect(!health.isOut && health.nextProbe == nil)
            now = due + .seconds(1)
        }
        #expect(waits == [500, 1000, 2000, 4000, 4000, 4000])
        now = now + ServerHealth.steadyTime
        health.leave(.unreachable, at: now)
        #expect(health.nextProbe == now + ServerHealth.probeInterval)
    }
}
