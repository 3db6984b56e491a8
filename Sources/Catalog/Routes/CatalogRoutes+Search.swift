internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import TierHTTP

// Searches: the whole topic, as the contract says, or a page of it.
extension CatalogRoutes {
    func search(_ request: TierRequest) throws(StoreError) -> TierReply {
        let topic = ShopText.composed(try request.topic())
        let page = try request.searchPage()
        let eventLoop = request.slot.eventLoop
        guard let current = engine.catchUp(on: eventLoop) else {
            return try search(topic, page, on: eventLoop)
        }
        return .pending(
            current.flatMap {
                TierReply.future(on: eventLoop) { try search(topic, page, on: eventLoop) }
            })
    }

    private func search(
        _ topic: String, _ page: SearchPage?, on eventLoop: any EventLoop
    ) throws(StoreError) -> TierReply {
        let listings = engine.listings(topic: topic)
        guard let page else {
            return try answers.reply(topic: topic, listings: listings, on: eventLoop)
        }
        return .ready(.json(Listing.result(Self.books(of: listings, in: page))))
    }

    /// The listings of a page, in item-number order.
    static func books(of listings: [Listing], in page: SearchPage) -> [Listing] {
        let first = page.after.map { after in listings.partitioningIndex { $0.item > after } } ?? 0
        return Array(listings[first...].prefix(page.limit ?? .max))
    }
}
