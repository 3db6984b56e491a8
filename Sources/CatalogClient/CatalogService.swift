public import Model
public import Monitoring
public import NIOCore
public import TierHTTP

/// The catalog as the order tier needs it. Its two implementations are the engine itself, in process, and
/// the client of a catalog server.
public protocol CatalogService: Sendable {
    /// Whether the catalog, as far as is known now, keeps the keys of updates and numbers its sales. Of one
    /// that does, query and update may be asked for at once; of any other the query's answer decides.
    func keepsLedger(on slot: LoopSlot) -> Bool

    /// `query_by_item`: the units on the shelf.
    ///
    /// - Returns: fails with ``StoreError/unknownItem(_:)`` or ``StoreError/unavailable``.
    func stock(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Int64>

    /// `query_by_item`, with the price: for a purchase with a limit at a catalog that would not heed it.
    ///
    /// - Returns: fails as ``stock(of:context:)`` does.
    func offer(of item: ItemNumber, context: CallContext) -> EventLoopFuture<Offer>

    /// `update`: applies the change, durably, or refuses it.
    ///
    /// - Returns: fails with ``StoreError/unknownItem(_:)``, ``StoreError/keyReused``,
    ///   ``StoreError/aboveLimit(_:price:limit:)``, ``StoreError/overloaded(_:)`` or
    ///   ``StoreError/unavailable``.
    func update(_ change: StockChange, context: CallContext) -> EventLoopFuture<UpdateOutcome>

    /// Sales after `sale`, in order, at most `limit`; all from the first where `sale` is of another ledger;
    /// nil from a catalog that keeps none.
    func sales(after sale: SalePosition, limit: Int, context: CallContext) -> EventLoopFuture<[LedgerSale]?>
}

/// What a book's shelf offers.
public struct Offer: Equatable, Sendable {
    /// The units on the shelf.
    public let stock: Int64
    /// The price of one unit.
    public let price: Cents

    /// Takes checked parts as they are.
    public init(stock: Int64, price: Cents) {
        self.stock = stock
        self.price = price
    }

    /// Nothing, while the book costs at most `limit`.
    ///
    /// - Throws: ``StoreError/aboveLimit(_:price:limit:)``
    public func check(_ item: ItemNumber, limit: Cents) throws(StoreError) {
        guard price <= limit else { throw .aboveLimit(item, price: price, limit: limit) }
    }
}

/// What travels with a request through the tiers.
public struct CallContext: Sendable {
    /// The event loop that the request stays on.
    public let slot: LoopSlot
    /// Its trace.
    public let trace: TraceContext
    /// When its answer must be there.
    public let deadline: NIODeadline
    /// Where the calls made for it note their times.
    public let times: CallTimes

    /// Takes the parts as they are.
    public init(
        slot: LoopSlot, trace: TraceContext, deadline: NIODeadline, times: CallTimes = CallTimes()
    ) {
        self.slot = slot
        self.trace = trace
        self.deadline = deadline
        self.times = times
    }
}

/// A sale as the catalog's ledger records it: what an order server needs to complete its own record.
public struct LedgerSale: Equatable, Sendable {
    /// The sale's place in the ledger.
    public let position: SalePosition
    /// The book sold.
    public let item: ItemNumber
    /// The purchase's key.
    public let key: IdempotencyKey

    /// Takes checked parts as they are.
    public init(position: SalePosition, item: ItemNumber, key: IdempotencyKey) {
        self.position = position
        self.item = item
        self.key = key
    }
}

/// Names of what our own tiers add to the contract between order and catalog.
public enum LedgerProtocol {
    /// On the answer to a keyed update: the sale's place in the ledger, `ledger/number`.
    public static let saleField = "bookstore-sale"
    /// On an answer that an earlier request with the same key had got.
    public static let replayedField = "idempotency-replayed"
    /// Sales in one answer of `GET /ledger`, at most.
    public static let saleCountMax = 1_000
}

extension StockChange {
    /// Whether a second copy of this update does no harm at a catalog that keeps keys, so that it may be sent
    /// again after a broken connection.
    public var mayBeRepeated: Bool { key != nil || PlantedBug.isOn(.repeatsUpdateWithoutKey) }
}
