internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient
internal import TierHTTP

/// The storekeeper of a run: gives books titles and facts, and takes one that nobody buys out of the shop and brings it
/// back. It does one thing after the other, and repeats each with its key until it is answered.
actor ChaosKeeper {
    /// So short that a request is repeated while an earlier copy is still in flight.
    private static let changeTimeMax = TimeAmount.milliseconds(500)
    /// The time limit for the last deed when the store is healed.
    private static let settleTimeMax = Duration.seconds(30)

    private let frontends: StoreClient
    private let shelf: ChaosShelf
    private let tally: RunTally
    private var random: FastRandom
    private var lastNumber = 0
    /// The deed that is not answered yet.
    private var open: KeeperDeed?
    private(set) var record = KeeperRecord()

    init(store: ChaosStore, shelf: ChaosShelf, tally: RunTally, seed: UInt64, loops: TierLoops) async throws {
        frontends = StoreClient(
            client: try await TierClient(
                tier: "frontend", addresses: store.frontends, loops: loops,
                limits: ClientLimits(tiersBehind: 2)),
            changeTimeMax: Self.changeTimeMax)
        self.shelf = shelf
        self.tally = tally
        random = FastRandom(seed: ~seed)
    }

    /// Works until the round is over.
    func work(_ pace: RunPace) async {
        while !pace.isOver {
            let deed = open ?? next()
            if await isDone(deed) { await look(at: deed.item) }
            try? await Task.sleep(for: .milliseconds(5 + roll(60)))
        }
    }

    /// Repeats the deed that is not answered yet until it is.
    func settle() async {
        let deadline = ContinuousClock.now + Self.settleTimeMax
        while let deed = open {
            if await isDone(deed) { return await look(at: deed.item) }
            guard ContinuousClock.now < deadline else {
                let text = "\(deed.text) got no answer within \(Self.settleTimeMax)"
                return tally.add(Finding(.unsettled, text))
            }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func next() -> KeeperDeed {
        lastNumber += 1
        if roll(4) == 0 {
            return KeeperDeed(
                number: lastNumber, kind: record.isRetired(shelf.kept) ? .restore : .retire,
                edit: BookEdit(item: shelf.kept))
        }
        let text = String(repeating: "So good. ", count: roll(100)) + "\(lastNumber)"
        let facts: [BookFact: String?] = [
            .publisher: roll(2) == 0 ? nil : "Press \(lastNumber)", .description: roll(3) == 0 ? nil : text,
        ]
        let item = roll(4) == 0 ? shelf.kept : shelf.draw(&random)
        return KeeperDeed(
            number: lastNumber, kind: .edit,
            edit: BookEdit(item: item, title: "Title \(lastNumber)", facts: facts))
    }

    /// Sends a deed once.
    private func isDone(_ deed: KeeperDeed) async -> Bool {
        open = deed
        do {
            try await send(deed)
            open = nil
            record.add(deed)
            tally.count { $0.deeds += 1 }
            return true
        } catch StoreFault.unavailable(.noAnswer, _) {
        } catch StoreFault.unavailable(.problem(let problem), _) where problem.status == 503 {
        } catch StoreFault.refused(let problem) where problem.status == 409 && problem.current == nil {
            // An earlier copy is still in flight.
        } catch {
            open = nil
            tally.add(Finding(.wrongAnswer, "\(deed.text) was answered \(error)"))
            return false
        }
        tally.count { $0.unknownReplies += 1 }
        return false
    }

    private func send(_ deed: KeeperDeed) async throws {
        let (actor, key) = ("keeper", deed.key)
        switch deed.kind {
        case .retire: _ = try await frontends.retire(deed.item, actor: actor, reason: key.text, key: key)
        case .restore: _ = try await frontends.restore(deed.item, actor: actor, reason: key.text, key: key)
        default: _ = try await frontends.edit(deed.edit, actor: actor, reason: key.text, key: key)
        }
    }

    /// Whoever was answered sees what was done, at whichever server.
    private func look(at item: ItemNumber) async {
        do {
            tally.add(record.findings(try await frontends.book(item).result))
            tally.add(record.findings(try await frontends.lookup(item)))
            if record.isRetired(item) {
                tally.add(Finding(.wrongAnswer, "book \(item) is retired, and was found by a lookup"))
            }
        } catch StoreFault.refused(let problem) {
            guard problem.status == 404, record.isRetired(item) else {
                let text = "a look at book \(item) was answered \(problem.status) \(problem.detail ?? "")"
                return tally.add(Finding(.wrongAnswer, text))
            }
        } catch {
            tally.count { $0.unknownReplies += 1 }
        }
    }

    private func roll(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
