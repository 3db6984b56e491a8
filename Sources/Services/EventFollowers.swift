package import Model
internal import Monitoring
package import NIOCore
internal import NIOHTTP1
internal import StoreAPI
internal import Synchronization
package import TierHTTP

/// Those who follow a server's events, as server-sent events (WHATWG HTML, section 9.2). Each is told what comes from a
/// place in the ledger on; nothing of it is kept here but that place.
package final class EventFollowers: Sendable {
    /// How many follow one server at the same time, at most. Each asks for the events twice a second.
    package static let countMax = 100
    /// Movements that are told of in one piece.
    private static let limit = 100
    private static let interval = TimeAmount.milliseconds(500)
    /// How long nothing may be sent: less than a proxy waits.
    private static let silenceTimeMax = TimeAmount.seconds(15)
    private static let mediaType = "text/event-stream"

    /// What is told after a movement: the events and the place where the next begin.
    package typealias Page = @Sendable (_ after: Int64, _ limit: Int) -> EventLoopFuture<EventsPage>

    /// A follower's place among them, for as long as it is held.
    private final class Place: Sendable {
        let followers: EventFollowers
        /// The last movement that was told of; used on the follower's loop only.
        let position: Atomic<Int64>

        init(among followers: EventFollowers, after: Int64) {
            self.followers = followers
            position = Atomic(after)
        }

        deinit { followers.count.subtract(1, ordering: .relaxed) }
    }

    private let count = Atomic<Int>(0)

    package init() {}

    /// Whether a request asks to follow.
    package static func isWanted(by request: TierRequest) -> Bool {
        request.headers["accept"].contains { $0.lowercased().contains(mediaType) }
    }

    /// Answers a request with all events from its place on.
    ///
    /// - Throws: ``Model/StoreError/invalid(_:)`` for a place that is none, ``Model/StoreError/overloaded(_:tier:)`` where too
    ///   many follow.
    package func follow(
        _ request: TierRequest, _ page: @escaping Page
    ) throws(StoreError) -> EventLoopFuture<TierResponse> {
        let after = try Self.start(of: request)
        guard count.add(1, ordering: .relaxed).newValue <= Self.countMax else {
            count.subtract(1, ordering: .relaxed)
            throw .overloaded(.followersFull)
        }
        let place = Place(among: self, after: after)
        let loop = request.slot.eventLoop
        let client = request.client
        return page(after, Self.limit).map { first in
            place.position.store(first.next, ordering: .relaxed)
            var response = TierResponse(
                .ok, .events, body: Self.text(first.events, head: "retry: 2000\n\n"))
            response.rest = {
                Self.next(of: place, page, for: client, by: .now() + Self.silenceTimeMax, on: loop)
            }
            return response
        }
    }

    /// Where a request wants to begin: behind what its client had last, else where it says.
    private static func start(of request: TierRequest) throws(StoreError) -> Int64 {
        guard let text = request.headers.first(name: "last-event-id"), !text.isEmpty else {
            return try request.integer("after", in: 0...Int64.max) ?? 0
        }
        guard let number = Int64(text), number >= 0 else {
            throw .invalid("Last-Event-ID is not a whole number from 0 to \(Int64.max)")
        }
        return number
    }

    /// What comes next: events as soon as there are any, else a sign of life.
    private static func next(
        of place: Place, _ page: @escaping Page, for client: ClientPresence?, by deadline: NIODeadline,
        on loop: any EventLoop
    ) -> EventLoopFuture<ByteBuffer?> {
        let before = place.position.load(ordering: .relaxed)
        return page(before, limit).flatMap { found in
            place.position.store(found.next, ordering: .relaxed)
            guard found.events.isEmpty else { return loop.makeSucceededFuture(text(found.events)) }
            guard client?.hasLeft != true else { return loop.makeSucceededFuture(nil) }
            let again = { @Sendable in next(of: place, page, for: client, by: deadline, on: loop) }
            // There is more of the ledger, which had nothing to tell so far.
            if found.next > before { return again() }
            guard .now() < deadline else { return loop.makeSucceededFuture(ByteBuffer(string: ":\n\n")) }
            return loop.scheduleTask(in: interval) {}.futureResult.flatMap(again)
        }
    }

    /// Only the last event of a movement has its number as an id: who has had less of it gets it again.
    private static func text(_ events: [StoreEvent], head: String = "") -> ByteBuffer {
        var text = ByteBuffer(string: head)
        for (index, event) in events.enumerated() {
            let isLast = index + 1 == events.count || events[index + 1].sequence != event.sequence
            if isLast { text.writeString("id: \(event.sequence)\n") }
            text.writeString("event: \(event.kind.rawValue)\ndata: ")
            event.write(to: &text)
            text.writeStaticString("\n\n")
        }
        return text
    }
}
