internal import Foundation
package import Model
package import Monitoring
package import NIOCore
internal import NIOHTTP1
internal import StoreAPI
package import TierHTTP

/// A catalog server, spoken to over HTTP: ours, or any other that keeps the contract.
package struct HTTPCatalog: CatalogService {
    private let client: TierClient
    private let queryOperation: SystemMonitor.Operation
    private let updateOperation: SystemMonitor.Operation
    private let ledgerOperation: SystemMonitor.Operation
    private let orderOperation: SystemMonitor.Operation

    /// A catalog behind `client`.
    package init(client: TierClient) {
        self.client = client
        queryOperation = client.operation("/query_by_item")
        updateOperation = client.operation("/update")
        ledgerOperation = client.operation("/ledger")
        orderOperation = client.operation("/order")
    }

    /// Whether the loop's connection leads to a catalog of our own make.
    package func keepsLedger(on slot: LoopSlot) -> Bool { client.isBookstore(on: slot) }

    /// `GET /query_by_item`.
    package func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64> {
        query(item, context: context) { Self.stock(in: $0) }
    }

    /// `GET /query_by_item`, with the price.
    package func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer> {
        query(item, context: context) { Self.offer(in: $0) }
    }

    private func query<Value: Sendable>(
        _ item: ItemNumber, context: CallContext, _ read: @escaping @Sendable (TierAnswer) -> Value?
    ) -> EventLoopFuture<Value> {
        client.send(query(item, context), on: context.slot).flatMapThrowing { [client] answer in
            try client.check(answer, item: item, isRead: true)
            guard let value = read(answer) else { throw client.nonsense(isRead: true) }
            return value
        }
    }

    private func query(_ item: ItemNumber, _ context: CallContext) -> TierCall {
        TierCall(
            .GET, "/query_by_item?item_number=\(item)", affinity: item.affinity, deadline: context.deadline,
            trace: context.trace,
            operation: queryOperation, times: context.times, entry: "catalog-query",
            mayBatch: true)
    }

    /// `POST /update`, with the change's key in the header.
    package func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome> {
        client.send(update(change, context), on: context.slot).flatMapThrowing {
            try outcome(of: change, in: $0)
        }
    }

    /// Both in one message, and by callbacks: each future would cost as much as a step of the purchase itself.
    package func sell(
        _ sale: StockChange, context: CallContext,
        ended: @escaping @Sendable (Result<UpdateOutcome, any Error>) -> Void
    ) {
        // Whatever becomes of the query: it decides nothing.
        let both = NIOLoopBoundBox<(queried: Bool, outcome: Result<UpdateOutcome, any Error>?)>
            .makeBoxSendingValue((false, nil), eventLoop: context.slot.eventLoop)
        var query = query(sale.item, context)
        query.goesWithChanges = true
        client.send(query, on: context.slot) { _ in
            both.value.queried = true
            if let outcome = both.value.outcome { ended(outcome) }
        }
        client.send(update(sale, context), on: context.slot) { answer in
            let outcome = answer.read { try self.outcome(of: sale, in: $0) }
            // The query's time is told with the sale's. A failure need not wait for it.
            if case .success = outcome, !both.value.queried {
                both.value.outcome = outcome
            } else {
                ended(outcome)
            }
        }
    }

    private func update(_ change: StockChange, _ context: CallContext) -> TierCall {
        let price = change.price.map(\.description) ?? "na"
        let units = change.units.map(String.init) ?? "na"
        // A plus sign would be read as a space; Swift prints none.
        var target = "/update?item_number=\(change.item)&cost=\(price)&stock=\(units)"
        if let limit = change.priceMax { target += "&cost_max=\(limit)" }
        return TierCall(
            .POST, target, key: change.key?.field, affinity: change.item.affinity,
            repetition: change.mayBeRepeated ? .ifPeerKeepsKeys : .never, deadline: context.deadline,
            trace: context.trace, operation: updateOperation, times: context.times, entry: "catalog-update",
            mayBatch: true)
    }

    private func outcome(of change: StockChange, in answer: TierAnswer) throws -> UpdateOutcome {
        try client.checkPrice(answer, of: change.item, limit: change.priceMax)
        try client.check(answer, item: change.item, isRead: false)
        guard let isSuccess = ResultBody.isSuccess(answer.body) else {
            throw client.nonsense(isRead: false)
        }
        let replayed = answer.isReplayed
        return isSuccess ? .applied(sale: answer.sale, replayed: replayed) : .refused(replayed: replayed)
    }

    /// `POST /order`, which only a catalog of our own make has.
    package func order(_ order: NewOrder, context: CallContext) -> EventLoopFuture<OrderDecision> {
        guard keepsLedger(on: context.slot) else {
            return context.slot.eventLoop.makeFailedFuture(
                StoreError.unavailable(tier: client.tier, reason: .notOffered, outcomeUnknown: false))
        }
        let body: Data
        do { body = try JSONEncoder().encode(order) } catch {
            return context.slot.eventLoop.makeFailedFuture(error)
        }
        let call = TierCall(
            .POST, "/order", key: order.key.field,
            body: TierCall.Body("application/json", ByteBuffer(bytes: body)),
            affinity: order.lines.first?.item.affinity, repetition: .ifPeerKeepsKeys,
            deadline: context.deadline, trace: context.trace, operation: orderOperation, times: context.times,
            entry: "catalog-order")
        return client.send(call, on: context.slot).flatMapThrowing { [client] answer in
            if let refusal = Problem(refusedIn: answer) { throw refusal }
            try client.check(answer, item: nil, isRead: false)
            guard let sale = answer.sale, let order = try? StoreAnswer<PlacedOrder>(answer.body).result
            else { throw client.nonsense(isRead: false) }
            return OrderDecision(order: order, sale: sale, replayed: answer.isReplayed)
        }
    }

    /// `GET /ledger`, which only a catalog of our own make has.
    package func sales(
        after sale: SalePosition, limit: Int, context: CallContext
    ) -> EventLoopFuture<[LedgerSale]?> {
        let call = TierCall(
            .GET, "/ledger?after=\(sale)&limit=\(limit)", deadline: context.deadline, trace: context.trace,
            operation: ledgerOperation, lane: .reads)
        return client.send(call, on: context.slot).flatMapThrowing { [client] answer in
            guard answer.peer == .bookstore, answer.status != .notFound else { return nil }
            try client.check(answer, item: nil, isRead: true)
            guard let page = try? StoreAnswer<[LedgerSale]>(answer.body) else {
                throw client.nonsense(isRead: true)
            }
            return page.result
        }
    }

    // MARK: Decoding

    private static func stock(in answer: TierAnswer) -> Int64? {
        if answer.peer == .bookstore { return scannedStock(answer.body.readableBytesView) }
        return book(in: answer).flatMap { stock(in: $0) }
    }

    private static func offer(in answer: TierAnswer) -> Offer? {
        guard let book = book(in: answer), let stock = stock(in: book), let price = price(in: book) else {
            return nil
        }
        return Offer(stock: stock, price: price)
    }

    /// Another program may lay its JSON out in any way.
    private static func book(in answer: TierAnswer) -> [String: Any]? {
        let object = try? JSONSerialization.jsonObject(with: Data(answer.body.readableBytesView))
        return (object as? [String: Any])?["result"] as? [String: Any]
    }

    /// Other programs have been seen to send the stock as a string.
    private static func stock(in book: [String: Any]) -> Int64? {
        (book["stock"] as? Int64) ?? (book["stock"] as? String).flatMap { Int64($0) }
    }

    /// The cost is a string in the contract; a number is taken as it is written.
    private static func price(in book: [String: Any]) -> Cents? {
        guard let cost = book["cost"] else { return nil }
        return Cents(parsing: (cost as? String) ?? "\(cost)")
    }

    /// Finds the number behind `"stock":` in an answer of our own catalog, searching from the end, where it is. The
    /// pattern cannot occur inside a string, where its quotes would be escaped. By hand: the library's search
    /// of a collection took longer than the rest of a purchase.
    private static func scannedStock(_ bytes: ByteBufferView) -> Int64? {
        bytes.withUnsafeBytes { bytes in
            var start = bytes.count - stockField.count - 1
            while start >= 0 {
                if bytes[start] == stockField[0],
                    stockField.indices.allSatisfy({ bytes[start + $0] == stockField[$0] })
                {
                    let digits = bytes[(start + stockField.count)...].prefix { $0 >= 0x30 && $0 <= 0x39 }
                    return Int64(String(decoding: digits, as: UTF8.self))
                }
                start -= 1
            }
            return nil
        }
    }

    private static let stockField = Array(#""stock":"#.utf8)
}
