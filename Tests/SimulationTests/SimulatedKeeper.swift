import Model
import Monitoring
import NIOCore

@testable import Catalog

/// A storekeeper: gives books new titles and facts, takes one that nobody buys out of the shop, and brings it back. Each
/// request is repeated with its key until it is answered.
// Unchecked: a simulation has one thread.
final class SimulatedKeeper: Participant, @unchecked Sendable {
    private static let requestCount = 6
    private static let requestTimeMax = TimeAmount.seconds(3)

    let name = "the storekeeper"
    private let world: World
    private let store: SimulatedStore
    private let link: SimulatedLink
    private let frontendLinks: [(frontend: SimulatedFrontend, link: SimulatedLink)]
    private var made = 0
    private var isRetired = false
    /// The titles that books were given, the last one that of the book, and their books.
    private var titles: [(item: ItemNumber, title: String)] = []
    private(set) var isDone = false

    init(of store: SimulatedStore) {
        self.store = store
        world = store.world
        let world = world
        link = SimulatedLink("keeper→catalog", to: store.catalogs, world: world)
        frontendLinks = store.frontends.map { frontend in
            (frontend, SimulatedLink("keeper→\(frontend.name)", to: [frontend], world: world))
        }
    }

    func start() { world.after(micros: 0...400_000) { self.next() } }

    private func next() {
        guard made < Self.requestCount else {
            isDone = true
            return world.record("the keeper is done")
        }
        made += 1
        if world.chance(percent: 40) {
            let work =
                isRetired
                ? KeeperRequest.Work.restore(store.keptItem)
                : .retire(store.keptItem, expectedVersion: nil)
            isRetired.toggle()
            insist(work, isRetired ? "retires" : "brings back", store.keptItem)
        } else {
            let item = world.pick(from: store.items + [store.keptItem])
            let title = "Title \(made)"
            titles.append((item, title))
            let facts: [BookFact: String?] = [.publisher: world.chance(percent: 50) ? "Press \(made)" : nil]
            insist(
                .edit(BookEdit(item: item, title: title, facts: facts), expectedVersion: nil), "edits", item)
        }
    }

    /// Asks until there is an answer.
    private func insist(_ work: KeeperRequest.Work, _ does: String, _ item: ItemNumber) {
        let request = KeeperRequest(
            work, actor: "keeper", key: IdempotencyKey(trusted: "keeper-\(made)"))
        world.record("the keeper \(does) book \(item)")
        let catalogs = store.catalogs
        let slot = world.slot
        link.call(
            "\(does) \(item)", isRead: false, mayBeRepeated: true, deadline: world.now + Self.requestTimeMax
        ) { place in
            catalogs[place].isUp ? catalogs[place].engine?.request(request, on: slot.eventLoop) : nil
        }.whenComplete { result in
            switch result {
            case .success: return self.look(item)
            case .failure(let error as StoreError):
                switch error {
                case .unavailable, .overloaded, .inProgress: break
                default: self.world.fault("the keeper, who \(does) book \(item), got \(error)")
                }
            case .failure(let error): self.world.fault("the keeper got \(error)")
            }
            self.world.after(micros: 1_000...200_000) { self.insist(work, does, item) }
        }
    }

    /// Whoever was answered sees what was done, at whichever server, as nobody else does such things.
    private func look(_ item: ItemNumber) {
        let (frontend, link) = world.pick(from: frontendLinks)
        let deadline = world.now + Self.requestTimeMax
        link.call("lookup \(item)", isRead: true, mayBeRepeated: true, deadline: deadline) { _ in
            frontend.lookup(item)
        }.whenComplete { result in
            let isGone = self.isRetired && item == self.store.keptItem
            switch result {
            case .success(let book):
                self.world.record("the keeper sees '\(book.title)'")
                let title = self.titles.last { $0.item == item }?.title
                if isGone || title.map({ $0 != book.title }) ?? false {
                    self.world.fault(
                        "the keeper sees '\(book.title)' of book \(item), and gave it \(title ?? "")")
                }
            case .failure(StoreError.unknownItem) where isGone: break
            case .failure(StoreError.unknownItem): self.world.fault("book \(item) does not come back")
            case .failure: break
            }
            self.world.after(micros: 0...300_000) { self.next() }
        }
    }

    // MARK: The audit

    /// Each edit was made once, and the last ones are what the ledger says of the books.
    func check(_ ledger: LedgerSnapshot) {
        var made: [String: Int] = [:]
        for movement in ledger.movements {
            if case .edited(let edit) = movement.entry, let title = edit.title {
                made[title, default: 0] += 1
            }
        }
        for (item, title) in titles where made[title, default: 0] != 1 {
            world.fault("'\(title)' of book \(item) was made \(made[title, default: 0]) times")
        }
        for state in ledger.books {
            let item = state.now.item
            let title = titles.last { $0.item == item }?.title ?? state.opening.title
            if state.now.title != title {
                world.fault("book \(item) is '\(state.now.title)', not '\(title)'")
            }
            if state.isRetired != (isRetired && item == store.keptItem) {
                world.fault("book \(item) is \(state.isRetired ? "" : "not ")retired")
            }
        }
    }
}
