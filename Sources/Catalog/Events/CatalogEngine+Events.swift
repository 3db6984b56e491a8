internal import Model
internal import Monitoring
internal import NIOCore

extension CatalogEngine {
    /// What the ledger has to tell after a movement: all that was committed, by whichever catalog, before this began.
    ///
    /// - Parameter limit: movements to tell of, at most.
    func events(
        after sequence: Int64, limit: Int, for client: ClientPresence?, on eventLoop: any EventLoop
    ) -> EventLoopFuture<EventsPage> {
        read(on: eventLoop, for: client) { [lowStockMax] store in
            try store.events(EventFilter(after: sequence, lowStockMax: lowStockMax, limit: limit))
        }
    }
}
