internal import Model
internal import Monitoring
internal import NIOCore
internal import Services

// Purchases at a catalog that keeps no ledger: any other program.
extension OrderEngine {
    /// One step after the other, with a look at this store's own orders first: here no one else remembers
    /// the key.
    func buyStepByStep(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        let eventLoop = context.slot.eventLoop
        return remembered(key, on: eventLoop).flatMap { known in
            if let known {
                guard known.item == item else { return eventLoop.makeFailedFuture(StoreError.keyReused) }
                return eventLoop.makeSucceededFuture(known.outcome)
            }
            return self.queryThenUpdate(item, key: key, priceMax: priceMax, context: context)
        }
    }

    private func queryThenUpdate(
        _ item: ItemNumber, key: IdempotencyKey, priceMax: Cents?, context: CallContext
    ) -> EventLoopFuture<PurchaseOutcome> {
        stock(of: item, priceMax: priceMax, context: context).flatMap { stock in
            // The query's answer has shown what kind of catalog this is. One with a ledger decides by itself; of
            // any other it is not known that it would refuse to go below 0.
            if stock <= 0, !self.catalog.keepsLedger(on: context.slot) {
                return self.settled(.refused(replayed: false), item: item, key: key, context: context)
            }
            let sale = StockChange.sale(of: item, key: key, priceMax: priceMax)
            return self.catalog.update(sale, context: context).flatMap { updated in
                self.settled(updated, item: item, key: key, context: context)
            }
        }
    }

    /// The stock, where the book is not sold out and costs more than the limit. A catalog without a ledger takes
    /// any update for the book's price of that moment, so this look is all that holds the limit there.
    private func stock(
        of item: ItemNumber, priceMax: Cents?, context: CallContext
    ) -> EventLoopFuture<Int64> {
        guard let priceMax else { return catalog.stock(of: item, context: context) }
        return catalog.offer(of: item, context: context).flatMapThrowing { [catalog] offer in
            // One with a ledger decides by itself, and may have sold under this key before.
            if offer.stock > 0, !catalog.keepsLedger(on: context.slot) {
                try offer.check(item, limit: priceMax)
            }
            return offer.stock
        }
    }

    private func remembered(
        _ key: IdempotencyKey, on eventLoop: any EventLoop
    ) -> EventLoopFuture<(item: ItemNumber?, outcome: PurchaseOutcome)?> {
        read(on: eventLoop) { try $0.outcome(of: key) }
    }
}
