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

    /// An order, without a network between.
    package func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<OrderDecision> {
        self.order(order, on: context.slot.eventLoop)
    }
}
