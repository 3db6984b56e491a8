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
        let listings = engine.listings(topic: topic)
        guard let page else {
            return try answers.reply(topic: topic, listings: listings, on: request.slot.eventLoop)
        }
        return .ready(.json(Listing.result(Self.books(of: listings, in: page))))
    }

    /// The listings of a page, in item-number order.
    static func books(of listings: [Listing], in page: SearchPage) -> [Listing] {
        let first = page.after.map { after in listings.partitioningIndex { $0.item > after } } ?? 0
        return Array(listings[first...].prefix(page.limit ?? .max))
    }
}
