internal import Dispatch
internal import Model
internal import NIOCore
internal import StoreAPI
internal import Synchronization
internal import TierHTTP

/// Whole answers to searches, encoded once and kept until the books of their topic change.
final class TopicAnswers: Sendable {
    /// Answers of more books than this are encoded on a thread of their own: a millisecond for which no other
    /// request of the event loop need wait.
    private static let inlineCountMax = 2_000
    /// Bytes of all answers that are kept. When they grow beyond it, all are dropped and made again on demand.
    private static let keptBytesMax = 64 << 20

    /// Bytes of the longest answer, as a frontend takes it from a catalog.
    private static let answerBytesMax = ClientLimits().answerBytesMax
    /// Bytes of an answer that is begun at all. The process ends where a buffer grows beyond 4 GiB.
    private static let encodedBytesMax = 1 << 30
    private static let tooLong = StoreError.invalid(
        "the topic has too many books for one answer; ask for pages of it by limit and after")

    private struct Kept {
        /// The listings encoded. As long as they are held here the shelf cannot change it in place, so the same
        /// storage means the same books.
        let listings: [Listing]
        let body: ByteBuffer

        func isOf(_ others: [Listing]) -> Bool {
            listings.count == others.count
                && listings.withUnsafeBufferPointer { mine in
                    others.withUnsafeBufferPointer { mine.baseAddress == $0.baseAddress }
                }
        }
    }

    private struct State {
        var answers: [String: Kept] = [:]
        var byteCount = 0
    }

    private let state = Mutex(State())
    private let encoding = DispatchQueue(label: "catalog-search-answers")

    /// The answer that lists all books of a topic.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` for a topic that is too long for one answer.
    func reply(
        topic: String, listings: [Listing], on eventLoop: any EventLoop
    ) throws(StoreError) -> TierReply {
        if let body = kept(topic: topic, listings: listings) { return .ready(.json(body)) }
        guard listings.count > Self.inlineCountMax else {
            return .ready(.json(try encode(topic: topic, listings: listings)))
        }
        let promise = eventLoop.makePromise(of: TierResponse.self)
        encoding.async { [self] in
            // The same may have been asked for a moment ago.
            promise.completeWith(
                Result {
                    .json(
                        try kept(topic: topic, listings: listings)
                            ?? encode(topic: topic, listings: listings))
                })
        }
        return .pending(promise.futureResult)
    }

    /// Whether an answer of these books cannot pass what is begun, even if all of their titles were quotes, which
    /// take two bytes each.
    private static func mayBeEncoded(_ listings: [Listing]) -> Bool {
        let listingBytesMax = { (titleBytes: Int) in 64 + 2 * titleBytes }
        guard listings.count > encodedBytesMax / listingBytesMax(ShopText.titleByteCountMax) else {
            return true
        }
        return listings.reduce(0) { $0 + listingBytesMax($1.title.utf8.count) } <= encodedBytesMax
    }

    private func kept(topic: String, listings: [Listing]) -> ByteBuffer? {
        state.withLock { state in
            guard let kept = state.answers[topic], kept.isOf(listings) else { return nil }
            return kept.body
        }
    }

    private func encode(topic: String, listings: [Listing]) throws(StoreError) -> ByteBuffer {
        guard Self.mayBeEncoded(listings) else { throw Self.tooLong }
        let body = Listing.result(listings)
        guard body.readableBytes <= Self.answerBytesMax else { throw Self.tooLong }
        // A topic that has no books could be any word that a client asks for.
        guard !listings.isEmpty, body.readableBytes <= Self.keptBytesMax else { return body }
        state.withLock { state in
            if state.byteCount + body.readableBytes > Self.keptBytesMax { state = State() }
            state.byteCount += body.readableBytes - (state.answers[topic]?.body.readableBytes ?? 0)
            state.answers[topic] = Kept(listings: listings, body: body)
        }
        return body
    }
}
