internal import Catalog
internal import Logging
package import Model
package import Monitoring
internal import NIOCore
internal import Order
internal import Services
internal import Storage
internal import Synchronization

/// Some weeks of a bookshop, made by the engines of the tiers themselves in a moment: its books, its sales and what its
/// storekeepers did, with the times at which it could have happened.
package struct DemoHistory: Sendable {
    /// How many days it goes back.
    package static let dayCount = Int(DemoPlan.dayCount)

    /// How many books came into the shop.
    package let bookCount: Int
    /// A well-known book that is in stock.
    package let example: String
    /// How many copies were sold.
    package private(set) var saleCount = 0

    /// The time in the history that is being made.
    private final class Clock: Sendable {
        private let millis = Atomic<Int64>(0)

        var now: Timestamp {
            get { Timestamp(millis: millis.load(ordering: .acquiring)) }
            set { millis.store(newValue.millis, ordering: .releasing) }
        }
    }

    /// Makes a new store whose history ends at `end`.
    ///
    /// - Parameters:
    ///   - data: the folder of its databases, which has none yet.
    ///   - logs: the folder of its logs.
    ///   - slot: where it is made.
    package init(in data: String, logs: String, until end: Timestamp = .now, on slot: LoopSlot) async throws {
        let plan = DemoPlan(until: end)
        bookCount = DemoBooks.all.count
        example = plan.best?.title ?? ""
        let clock = Clock()
        let books = try CatalogStore.open(
            folder: data, firstBooks: { plan.opening }, now: { clock.now })
        // Who is interrupted here has lost nothing: the store is made anew.
        try books.file.setSynchronous(full: false)
        let silent = Logger(label: "demo") { _ in SwiftLogNoOpLogHandler() }
        let catalog = try CatalogEngine(
            store: books, logPath: logs + "/catalog_log", queryLogging: .all, logger: silent, broken: { _ in }
        )
        let orders = try OrderEngine(
            catalog: catalog, store: try OrderStore(folder: data, now: { clock.now }),
            logPath: logs + "/order_log", logger: silent, broken: { _ in })
        var random = FastRandom()
        for event in plan.events {
            clock.now = event.time
            switch event.kind {
            case .keepers(let requests):
                let made = requests.map { catalog.request($0, on: slot.eventLoop) }
                _ = try await EventLoopFuture.whenAllSucceed(made, on: slot.eventLoop).get()
            case .sale(let item):
                let context = CallContext(
                    slot: slot, trace: TraceContext(using: &random), deadline: .distantFuture)
                let outcome = try await orders.buy(item, key: .random(), context: context).get()
                if outcome == .success { saleCount += 1 }
            }
        }
        try orders.shutdown()
        try catalog.shutdown()
    }
}
