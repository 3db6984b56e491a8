import Model
import NIOCore
import TestSupport
import Testing

@testable import Catalog

/// What webhooks are told, by a real receiver.
@Suite struct WebhookDeliveryTests {
    private static func books(_ stock: Int64) throws -> [Book] {
        [try book(1, stock: stock), try book(2, stock: stock)]
    }

    private func orders(_ numbers: ClosedRange<Int>) -> [String] { numbers.map { "\($0) order" } }

    @Test(.onEachStore) func tellsInTheLedgersOrder() async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { receiver in
                try await folder.withTelling(books: Self.books(100)) { catalog in
                    try await catalog.sell(1...3)
                    let number = try await catalog.add(receiver, after: 1)
                    try await catalog.sell(4...40)
                    try await eventually("all is told") { receiver.events.count == 39 }
                    #expect(receiver.events == orders(2...40))
                    try await eventually("that is noted") { try await catalog.webhook(number).position == 40 }
                    let letter = try #require(receiver.letters.first)
                    #expect(letter.target == "/hook?to=a")
                    #expect(letter.fields["host"] == "127.0.0.1:\(receiver.port)")
                    #expect(letter.fields["content-type"] == "application/json")
                    #expect(letter.fields["user-agent"]?.hasPrefix("bookstore/") == true)
                    #expect(
                        letter.fields["bookstore-event"]
                            == letter.events.last?.split(separator: " ").first.map(String.init))
                    let seconds = try #require(letter.fields["bookstore-timestamp"])
                    #expect(abs((Int64(seconds) ?? 0) - Timestamp.now.millis / 1_000) < 60)
                    let signature = WebhookLetter.signature(
                        of: ByteBuffer(string: letter.body), webhookSecret, seconds: seconds)
                    #expect(letter.fields["bookstore-signature"] == "sha256=" + signature)
                }
            }
        }
    }

    @Test func tellsItsKindsOnly() async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { receiver in
                try await folder.withTelling(books: Self.books(3)) { catalog in
                    let number = try await catalog.add(receiver, kinds: [.soldOut])
                    try await catalog.sell(1...3)
                    try await catalog.sell(1...3, of: second.item)
                    try await eventually("both are told") { receiver.events.count == 2 }
                    #expect(receiver.events == ["3 sold_out", "6 sold_out"])
                    try await eventually("that is noted") { try await catalog.webhook(number).position == 6 }
                }
            }
        }
    }

    /// What comes next is tried until it is taken, and everything else waits; another webhook does not.
    @Test(.onEachStore) func waitsForAReceiverThatFails() async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { failing in
                try await withReceiver { working in
                    try await folder.withTelling(books: Self.books(100)) { catalog in
                        failing.answer("503 Busy")
                        let number = try await catalog.add(failing)
                        _ = try await catalog.add(working)
                        try await catalog.sell(1...9)
                        try await eventually("the other is told") { working.events == orders(1...9) }
                        try await eventually("it is tried again") { failing.letters.count > 3 }
                        let state = try await catalog.webhook(number)
                        #expect(state.position == 0 && state.failure?.answer == "status 503")
                        // After the first failure one movement is tried, always the same.
                        #expect(failing.letters.dropFirst().allSatisfy { $0.events == ["1 order"] })
                        failing.answer("200 OK")
                        try await eventually("it is told") { failing.events == orders(1...9) }
                        try await eventually("that is noted") {
                            let state = try await catalog.webhook(number)
                            return state.failure == nil && state.position == 9
                        }
                        // A sale has waited for none of it.
                        let samples = catalog.deliverer.samples().map { "\($0)" }.joined()
                        #expect(samples.contains("bookstore_webhook_events_delivered_total"))
                    }
                }
            }
        }
    }

    /// Answers that are no success: a redirect is not followed, and an endless body is not read.
    @Test(arguments: ["302 Found\r\nLocation: http://127.0.0.1:1/", "404 Not Found", "500 Broken"])
    func takesNothingElseForASuccess(answer: String) async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { receiver in
                receiver.answer(answer)
                try await folder.withTelling(books: Self.books(9)) { catalog in
                    let number = try await catalog.add(receiver)
                    try await catalog.sell(1...1)
                    try await eventually("it fails twice") {
                        try await catalog.webhook(number).failure?.attemptCount ?? 0 > 1
                    }
                    let failure = try await catalog.webhook(number).failure
                    #expect(failure?.answer == "status \(answer.prefix(3))")
                }
            }
        }
    }

    /// After its time each movement is given up for itself, and can be sent again.
    @Test(.onEachStore) func givesUpAndSendsAgain() async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { receiver in
                receiver.answer { $0.events == ["2 order"] || $0.events.count > 1 ? "500 No" : "200 OK" }
                let limits = quickWebhooks { $0.retryTimeMax = .zero }
                try await folder.withTelling(limits, books: Self.books(100)) { catalog in
                    let number = try await catalog.add(receiver)
                    try await catalog.sell(1...4)
                    try await eventually("the others are told") {
                        receiver.events == ["1 order", "3 order", "4 order"]
                    }
                    let dead = try await catalog.deadLetters(number)
                    #expect(dead.map(\.sequence) == [2] && dead.map(\.answer) == ["status 500"])
                    #expect(try await catalog.change(.resend(number, sequence: nil)).wantedCount == 1)
                    try await eventually("it is tried once more") {
                        let letter = try await catalog.deadLetters(number).first
                        return letter?.isWanted == false && letter?.attemptCount == dead[0].attemptCount + 1
                    }
                    receiver.answer("200 OK")
                    _ = try await catalog.change(.resend(number, sequence: 2))
                    try await eventually("it is there") { receiver.events.last == "2 order" }
                    try await eventually("it is dead no longer") {
                        try await catalog.deadLetters(number).isEmpty
                    }
                    #expect(receiver.events == ["1 order", "3 order", "4 order", "2 order"])
                }
            }
        }
    }

    @Test(.onEachStore) func endsWhereItIsGoneOrRemoved() async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { gone in
                try await withReceiver { removed in
                    gone.answer("410 Gone")
                    try await folder.withTelling(books: Self.books(100)) { catalog in
                        let first = try await catalog.add(gone)
                        let second = try await catalog.add(removed)
                        try await catalog.sell(1...1)
                        try await eventually("it ends") { try await catalog.webhook(first).ended != nil }
                        try await eventually("the other is told") { removed.events.count == 1 }
                        removed.answer("500 No")
                        _ = try await catalog.change(.remove(second))
                        try await catalog.sell(2...5)
                        let third = try await catalog.add(removed, after: 0)
                        try await eventually("a new one is tried") {
                            try await catalog.webhook(third).failure != nil
                        }
                        removed.answer("200 OK")
                        try await eventually("it is told") { removed.events.count == 6 }
                        #expect(gone.letters.count == 1)
                        #expect(removed.events == ["1 order"] + orders(1...5))
                    }
                }
            }
        }
    }

    /// The catalog dies after a letter has arrived and before it knows of that. The planted bug notes it before.
    @Test(.onEachStore, arguments: [nil, PlantedBug.notesBeforeTelling]) func noEventIsSkippedAtACrash(
        bug: PlantedBug?
    ) async throws {
        try await withCatalogFolder { folder in
            try await withReceiver { receiver in
                receiver.answer(nil)
                try await PlantedBug.$planted.withValue(bug) {
                    try await folder.withTelling(books: Self.books(100)) { catalog in
                        _ = try await catalog.add(receiver)
                        try await catalog.sell(1...1)
                        try await eventually("a letter arrives") { !receiver.letters.isEmpty }
                    }
                }
                receiver.answer("200 OK")
                try await folder.withTelling(books: Self.books(100)) { catalog in
                    try await catalog.sell(2...2)
                    try await eventually("the next is told") { receiver.events.contains("2 order") }
                    #expect((receiver.events == orders(1...2)) == (bug == nil))
                }
            }
        }
    }

    /// Both know of it, one tells it; when that one is gone, the other goes on where it was.
    @Test func oneOfTwoCatalogsTells() async throws {
        try await withReplicas { one, two in
            try await withReceiver { receiver in
                let limits = quickWebhooks {
                    $0.holdSeconds = 3
                    $0.renewalInterval = .milliseconds(500)
                }
                try await two.withTelling(limits, books: Self.books(100), tells: false) { other in
                    try await one.withTelling(limits, books: Self.books(100)) { mine in
                        let number = try await mine.add(receiver)
                        try await mine.sell(1...3)
                        try await eventually("it is told") { receiver.events == orders(1...3) }
                        other.deliverer.start()
                        try await other.sell(4...6)
                        try await eventually("the other's sales are told") {
                            receiver.events == orders(1...6)
                        }
                        #expect(try await mine.engine.webhooks(on: mine.loop).get()[0].hold == .own)
                        #expect(try await other.webhook(number).deadCount == 0)
                    }
                    try await other.sell(7...9)
                    try await eventually("the other goes on") { receiver.events == orders(1...9) }
                }
            }
        }
    }
}
