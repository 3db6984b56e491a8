internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Storage
internal import StoreAPI
internal import TierHTTP

/// Routes by which storekeepers change things.
extension CatalogRoutes {
    var keeping: [Route] {
        [
            Route(.updates) { changing(by: $0.updates(), $0) { BookDetails.result($0) } },
            Route(.add) { changing(by: $0.newBook(), $0) { BookDetails.result($0[0]) } },
            Route(.edit) { changing(by: $0.edit(), $0) { BookDetails.result($0[0]) } },
            Route(.retire) { changing(by: $0.retirement(), $0) { BookDetails.result($0[0]) } },
            Route(.restore) { changing(by: $0.restoration(), $0) { BookDetails.result($0[0]) } },
        ]
    }

    /// What comes of a storekeeper's request: the books as they are afterwards.
    private func changing(
        by wanted: EventLoopFuture<KeeperRequest>, _ request: TierRequest,
        _ encode: @escaping @Sendable ([BookDetails]) -> ByteBuffer
    ) -> TierReply {
        .pending(
            wanted.flatMap { engine.request($0, on: request.slot.eventLoop) }.map { .json(encode($0)) })
    }

    /// An update that says who makes it, why, or what is expected; nil for one as the contract has it.
    func keeping(
        _ change: StockChange, in request: TierRequest
    ) throws(StoreError) -> EventLoopFuture<TierResponse>? {
        let actor = try request.actor()
        let reason = try request.reason()
        var expectation = KeeperUpdate.Expectation()
        expectation.stock = try request.integer("expect_stock", in: 0...Book.stockMax)
        expectation.version = try request.integer("expect_version", in: 0...Int64.max)
        if let text = try request.target.parameter("expect_cost") {
            guard let price = Cents(parsing: text) else {
                throw .invalid("expect_cost is not an amount of 0 or more with at most two decimals")
            }
            expectation.price = price
        }
        guard actor != nil || reason != nil || expectation != KeeperUpdate.Expectation() else { return nil }
        expectation.priceMax = change.priceMax
        // Its key is remembered with the request, and it is never taken for a sale.
        let update = KeeperUpdate(
            StockChange(item: change.item, price: change.price, units: change.units), expectation: expectation
        )
        let work = KeeperRequest(.updates([update]), actor: actor, reason: reason, key: change.key)
        return engine.request(work, on: request.slot.eventLoop).map { _ in .result(isSuccess: true) }
            .flatMapErrorThrowing { error in
                guard case .conflict? = error as? StoreError else { throw error }
                return .result(isSuccess: false)
            }
    }

    /// Whether a request may have parameters beyond the contract's: a look at the first letters of each parameter,
    /// since nearly every update is a sale at any price and has none of them.
    static func mayHaveOwnParameters(_ target: RequestTarget) -> Bool {
        guard let query = target.query else { return false }
        let bytes = query.utf8.span
        var isFirst = true
        for index in bytes.indices {
            let byte = bytes[index]
            if isFirst {
                if "are%".utf8.contains(byte) { return true }
                // `cost` ends where `cost_max` goes on.
                if byte == UInt8(ascii: "c"), index + 4 < bytes.count,
                    bytes[index + 4] != UInt8(ascii: "=")
                {
                    return true
                }
            }
            isFirst = byte == UInt8(ascii: "&")
        }
        return false
    }
}
