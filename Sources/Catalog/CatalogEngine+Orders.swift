package import Model
internal import Monitoring
package import NIOCore
package import Services
internal import Storage

/// Customers' orders.
extension CatalogEngine {
    /// A customer's order, by group commit.
    ///
    /// - Returns: fails with ``StoreError/short(_:)``, ``StoreError/otherTotal(cents:expected:)``,
    ///   ``StoreError/unknownItem(_:)`` or ``StoreError/keyReused``, and then nothing was sold.
    package func order(_ order: NewOrder, on eventLoop: any EventLoop) -> EventLoopFuture<OrderDecision> {
        journal.submit(.ordering(order), on: eventLoop).flatMapThrowing { [shelf] outcome in
            guard let placed = outcome.order, case .applied(let sale?, let replayed) = outcome.update else {
                throw LedgerFault("an order was made without a sale")
            }
            let order = placed.named { shelf.book($0)?.title }
            return OrderDecision(order: order, sale: sale, replayed: replayed)
        }
    }

    /// A step of an order, by group commit.
    ///
    /// - Parameter change: a request of a storekeeper, or what a customer asks for.
    /// - Returns: the order as it is afterwards. Fails with ``StoreError/unknownOrder(_:)``,
    ///   ``StoreError/stepRefused(_:state:)`` or ``StoreError/keyReused``, and then nothing was changed.
    func step(_ change: CatalogChange, on eventLoop: any EventLoop) -> EventLoopFuture<PlacedOrder> {
        journal.submit(change, on: eventLoop).flatMapThrowing { outcome in
            guard let order = outcome.order else { throw LedgerFault("a step came to no order") }
            return order
        }
    }

    /// A basket with what its books are now.
    func basket(_ id: BasketID, on eventLoop: any EventLoop) -> EventLoopFuture<Basket> {
        let (digest, oldest) = (BasketChange.digest(of: id), BasketChange.oldest(at: .now))
        return read(on: eventLoop) { try $0.basket(digest, changedAfter: oldest) }.and(current(on: eventLoop))
            .map { lines, _ in self.basket(of: lines) }
    }

    /// Gives a basket other lines, by group commit.
    func keep(_ basket: BasketChange, on eventLoop: any EventLoop) -> EventLoopFuture<Basket> {
        journal.submit(.basket(basket), on: eventLoop).map { _ in self.basket(of: basket.lines) }
    }

    private func basket(of lines: [OrderLine]) -> Basket {
        Basket(
            lines: lines.map { Basket.Line(item: $0.item, copies: $0.copies, book: shelf.book($0.item)) })
    }

    /// An order, without a network between.
    package func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<OrderDecision> {
        self.order(order, on: context.slot.eventLoop)
    }
}
