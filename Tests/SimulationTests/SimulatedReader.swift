import Model
import Monitoring
import NIOCore

@testable import Catalog

/// A program that follows the store's events, from the place where it is, at any catalog.
// Unchecked: a simulation has one thread.
final class SimulatedReader: @unchecked Sendable {
    /// So few that a step of an order stands at the end of some page.
    private static let limit = 3
    private static let interval = 300_000
    private static let requestTimeMax = TimeAmount.seconds(2)

    private let world: World
    private let link: SimulatedLink
    private let catalogs: [SimulatedCatalog]
    private var next: Int64 = 0
    private var told: [StoreEvent] = []
    private var isStopped = false

    init(of store: SimulatedStore) {
        world = store.world
        catalogs = store.catalogs
        link = SimulatedLink("reader→catalog", to: store.catalogs, world: store.world)
    }

    func start() { world.after(micros: 0...Self.interval) { self.read() } }

    /// Reads no more.
    func stop() { isStopped = true }

    private func read() {
        guard !isStopped else { return }
        let (place, catalogs, loop) = (next, catalogs, world.loop)
        link.call(
            "events after \(place)", isRead: true, mayBeRepeated: true,
            deadline: world.now + Self.requestTimeMax
        ) { server in
            catalogs[server].isUp
                ? catalogs[server].engine?.events(after: place, limit: Self.limit, for: nil, on: loop) : nil
        }.whenComplete { result in
            var isBehind = false
            if case .success(let page) = result {
                isBehind = page.next > place
                // An old primary sends who has read more back to its own end, and what came since is told again.
                let last = self.told.last?.sequence ?? 0
                self.told += page.events.filter { $0.sequence > last }
                self.next = page.next
            }
            self.world.after(micros: isBehind ? 1...1_000 : Self.interval...Self.interval) { self.read() }
        }
    }

    /// All that the ledger has to tell was told, in its order.
    func check(_ ledger: LedgerSnapshot, lowStockMax: Int64) {
        let expected = ledger.eventWords(lowStockMax: lowStockMax)
        let found = told.map(\.words)
        guard found != expected else { return }
        let place = zip(found, expected).prefix { $0 == $1 }.count
        world.fault(
            """
            the reader was told of \(found.count) events and the ledger has \(expected.count); the first that differs: \
            \(found.dropFirst(place).first ?? "none"), expected \(expected.dropFirst(place).first ?? "none")
            """)
    }
}
