internal import Model
internal import TierHTTP

// For customers.
extension Endpoint {
    /// The SHA-256 of an image of one white pixel.
    private static let exampleDigest = "b1ff9c8ea3a780bad09b346c423d2d0e46815926879b18e841d928376a946640"

    static let shop = [find, details, cover, topics, receipt]

    package static let find = Endpoint(
        "find", isLong: true, lane: .reads,
        RouteDoc(
            summary:
                "Books by words of title, authors, topic and description, by number or by ISBN, with how many there are.",
            parameters: [
                .words(
                    "Words, all of which must occur, in quotes side by side; in any case, without accents, also inside words, with one typing error where nothing else fits. All books without it."
                ), .limit(StoreLimits.foundCountMax),
            ] + RouteDoc.Parameter.selection, success: .bookPage, refusals: [400],
            example: .init(query: "q=graduate&limit=5")))

    package static let details = Endpoint(
        "details", lane: .reads,
        RouteDoc(
            summary: "One book in the shop with what is known of it.", parameters: [.itemNumber],
            success: .shopBookResult, refusals: [400, 404], example: .init(query: "item_number=1")))

    package static let cover = Endpoint(
        "cover", isLong: true, lane: .reads,
        RouteDoc(
            summary: "The image of a cover, which may be kept for ever.",
            parameters: [
                .query("digest", .pattern("^[0-9a-f]{64}$"), isRequired: true, "The `cover` of a book.")
            ], success: .image, contentType: TierResponse.ContentType.images, refusals: [400, 404],
            example: .init(query: "digest=\(exampleDigest)")))

    package static let topics = Endpoint(
        "topics", isLong: true, lane: .reads,
        RouteDoc(
            summary: "The topics with their numbers of books.",
            parameters: [
                .query(
                    "sort", .choice(["name", "size"]), "By name, or the topics with the most books first."),
                .limit(StoreLimits.listCountMax),
                .query("after", .topic, "Go on after this topic; by size it must be one that has books."),
            ], success: .topicPage, refusals: [400], example: .init(query: "limit=10")))

    package static let receipt = Endpoint(
        "receipt", lane: .reads,
        RouteDoc(
            summary: "What became of a purchase or an order.",
            parameters: [.header("Idempotency-Key", .key, isRequired: true, "Its key.")],
            success: .receiptOrOrder, refusals: [400, 404], example: .init(key: "my-first-order")))
}
