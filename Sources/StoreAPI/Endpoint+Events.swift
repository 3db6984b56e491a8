internal import Model
internal import TierHTTP

// For programs that do something when something happens in the shop.
extension Endpoint {
    package static let events = Endpoint(
        "events", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary:
                "What happened in the shop, in the ledger's order: orders, their states, and books that become few or sell out. A page may be empty and still have a later `next`; at the end it is where to ask again later.",
            parameters: [
                .query(
                    "after", .integer(0...Int64.max),
                    "Go on after this movement: the `next` of the page before. From the first without it; a number beyond the end brings the end as `next`."
                ),
                .query(
                    "limit", .count(StoreLimits.toldCountMax),
                    "Movements to tell of, at most; what one has to tell is never parted."),
            ], success: .eventPage, refusals: [400], example: .init(query: "after=0&limit=10")))
}
