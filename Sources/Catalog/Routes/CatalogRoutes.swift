internal import Model
internal import Monitoring
internal import NIOCore
internal import NIOHTTP1
internal import Outside
internal import Services
internal import StoreAPI
internal import TierHTTP

/// The catalog's resources: decode, call the engine, encode.
package struct CatalogRoutes {
    let engine: CatalogEngine
    /// Judges where webhooks lead.
    let outside: OutsideClient
    let answers = TopicAnswers()
    let imports = ImportProgress()
    let followers = EventFollowers()

    var all: [Route] {
        let shop = contract + ordering + reading + keeping + covers + importing
        return (shop + accounts + settings + [events] + hooking).map(admitting)
    }

    private var contract: [Route] {
        [
            Route(.queryByTopic) { try search($0) },
            Route(.queryByItem) { request in
                let item = try request.itemNumber()
                guard let book = engine.book(item, on: request.slot.eventLoop) else {
                    return .ready(.json(Book.result(try engine.book(item))))
                }
                return .pending(book.map { .json(Book.result($0)) })
            },
            Route(.update) { request in
                // Who made it is written down where a keeper does.
                let hasOwn = request.keeper != nil || Self.mayHaveOwnParameters(request.target)
                let change = try Self.change(in: request, hasOwn: hasOwn)
                guard hasOwn, let kept = try keeping(change, in: request) else {
                    return .calling { [slot = request.slot] ended in
                        engine.update(change, on: slot.eventLoop) { ended($0.map(Self.response)) }
                    }
                }
                return .pending(kept)
            },
            Route(.ledger) { request in
                let sales = engine.sales(
                    after: try Self.position(in: request), limit: try Self.limit(in: request),
                    on: request.slot.eventLoop)
                return .pending(sales.map { .json(LedgerSale.result($0)) })
            },
        ]
    }

    // MARK: Decoding

    /// - Parameter hasOwn: whether the request may have parameters beyond the contract's.
    private static func change(
        in request: TierRequest, hasOwn: Bool
    ) throws(StoreError) -> StockChange {
        let item = try request.itemNumber()
        var price: Cents?
        if let text = try request.target.parameter("cost"), text != "na" {
            guard let cents = Cents(parsing: text) else {
                throw .invalid("cost is neither 'na' nor an amount of 0 or more with at most two decimals")
            }
            price = cents
        }
        var units: Int64?
        if let text = try request.target.parameter("stock"), text != "na" {
            guard let number = Int64(text), (-StockChange.unitsMax...StockChange.unitsMax).contains(number),
                !text.hasPrefix("+")
            else {
                throw .invalid(
                    "stock is neither 'na' nor a whole number from -\(StockChange.unitsMax) to \(StockChange.unitsMax)"
                )
            }
            units = number
        }
        guard price != nil || units != nil else {
            throw .invalid("cost and stock are both 'na': there is nothing to update")
        }
        return StockChange(
            item: item, price: price, units: units, key: try request.idempotencyKey(),
            priceMax: hasOwn ? try request.priceMax() : nil)
    }

    private static func position(in request: TierRequest) throws(StoreError) -> SalePosition {
        guard let text = try request.target.parameter("after") else {
            return SalePosition(ledger: 0, number: 0)
        }
        guard let position = SalePosition(parsing: text) else {
            throw .invalid(
                "after is not a ledger's identity and a sale's number, as in an answer's sale field")
        }
        return position
    }

    private static func limit(in request: TierRequest) throws(StoreError) -> Int {
        let countMax = StoreLimits.saleCountMax
        guard let text = try request.target.parameter("limit") else { return countMax }
        guard let number = Int(text), (1...countMax).contains(number) else {
            throw .invalid("limit is not a whole number from 1 to \(countMax)")
        }
        return number
    }

    // MARK: Encoding

    private static func response(_ outcome: UpdateOutcome) -> TierResponse {
        switch outcome {
        case .applied(let sale, let replayed):
            var response = TierResponse.result(isSuccess: true)
            response.note(sale: sale, replayed: replayed)
            return response
        case .refused(let replayed):
            var response = TierResponse.result(isSuccess: false)
            response.note(sale: nil, replayed: replayed)
            return response
        }
    }
}
