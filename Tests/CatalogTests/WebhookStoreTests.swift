import Model
import TestSupport
import Testing

@testable import Catalog

/// Webhooks in the database: who there is, and how far each was told.
@Suite struct WebhookStoreTests {
    private func new(
        _ host: String = "mail.example", kinds: [StoreEvent.Kind] = [.order], after: Int64? = nil
    ) throws -> NewWebhook {
        NewWebhook(
            url: try OutsideURL(parsing: "https://\(host)/hook"), secret: webhookSecret, kinds: kinds,
            after: after, actor: "ann")
    }

    @discardableResult
    private func make(_ change: WebhookChange, _ store: ShelvedStore) throws -> CatalogOutcome {
        try #require(try store.commitUnlogged([.webhook(change)]).results.first).get()
    }

    /// Adds one that this catalog holds, and sells so many books.
    private func hold(_ store: ShelvedStore, sold: Int) throws {
        try make(.add(new(after: 0)), store)
        try make(.hold(seconds: 60), store)
        for number in 1...sold { try store.commitUnlogged(.sale(of: first.item, key: key("\(number)"))) }
    }

    @Test(.onEachStore) func isKeptAsItWasAdded() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try store.commitUnlogged(.sale(of: first.item, key: key("a")))
                try make(.add(new(kinds: [.state, .soldOut])), store)
                try make(.add(new("two.example", after: 0)), store)
                try make(.add(new("three.example", after: 900)), store)
            }
            try folder.withStore { store in
                let rows = try store.store.webhooks()
                #expect(rows.map(\.webhook.number) == [1, 2, 3])
                // From now on; from the first; and nothing is beyond the end.
                #expect(rows.map(\.webhook.position) == [1, 0, 1])
                let one = rows[0].webhook
                #expect(
                    one.url.description == "https://mail.example/hook" && one.kinds == [.state, .soldOut])
                #expect(one.actor == "ann" && one.failure == nil && one.ended == nil && one.deadCount == 0)
                #expect(abs(one.made.millis - Timestamp.now.millis) < 60_000)
                #expect(rows.allSatisfy { $0.secret == webhookSecret && !$0.hasWanted })
            }
        }
    }

    @Test(.onEachStore) func refusesWhatCannotBe() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                let outcome = { (change: WebhookChange) in
                    try #require(try store.commitUnlogged([.webhook(change)]).results.first)
                }
                try make(.add(new()), store)
                guard case .failure(.conflict(let reason, _)) = try outcome(.add(new())) else {
                    throw Missing("a second one of the same URL is taken")
                }
                #expect(reason.contains("webhook 1 has this URL"))
                for change in [WebhookChange.remove(9), .resend(9, sequence: nil)] {
                    guard case .failure(.unknownWebhook(9)) = try outcome(change) else {
                        throw Missing("an unknown one is taken for known")
                    }
                }
                for number in 2...Webhook.countMax { try make(.add(new("h\(number).example")), store) }
                guard case .failure(.conflict(let full, _)) = try outcome(.add(new("more.example"))) else {
                    throw Missing("there is no end of them")
                }
                #expect(full.contains("\(Webhook.countMax) webhooks already"))
                // A number is never another one's.
                try make(.remove(Int64(Webhook.countMax)), store)
                let next = try make(.add(new("more.example")), store).webhooks
                #expect(next.map(\.webhook.number) == [Int64(Webhook.countMax) + 1])
            }
        }
    }

    private struct Missing: Error {
        init(_ what: String) { Issue.record("\(what)") }
    }

    @Test(.onEachStore) func goesOnAndNeverBack() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try hold(store, sold: 3)
                let told = { (telling: WebhookChange.Telling) in
                    try #require(try make(.told(1, telling), store).webhooks.first).webhook
                }
                #expect(try told(.delivered(through: 2)).position == 2)
                #expect(try told(.delivered(through: 1)).position == 2)
                let failing = try told(.failed(answer: "status 500"))
                #expect(failing.failure?.attemptCount == 1 && failing.failure?.answer == "status 500")
                let again = try told(.failed(answer: "status 501"))
                #expect(again.failure?.attemptCount == 2 && again.failure?.since == failing.failure?.since)
                #expect(again.failure?.answer == "status 501" && again.position == 2)
                #expect(try told(.delivered(through: 3)).failure == nil)
                let gone = try told(.gone)
                #expect(gone.ended != nil && gone.position == 3)
            }
            // Whatever the rules before it say.
            #expect(throws: (any Error).self) { try folder.execute("UPDATE webhook SET position = 1") }
        }
    }

    @Test(.onEachStore) func givesUpWhatItNotesInTheSameTransaction() async throws {
        try await withCatalogFolder { folder in
            try folder.withStore { store in
                try hold(store, sold: 3)
                try make(.told(1, .failed(answer: "status 500")), store)
                for sequence in Int64(1)...3 {
                    try make(
                        .told(1, .dead(sequence: sequence, answer: "status 50\(sequence)", countMax: 2)),
                        store)
                }
                // The list is full: the third is not given up, and waits.
                let webhook = try #require(try store.store.webhooks().first).webhook
                #expect(webhook.position == 2 && webhook.deadCount == 2)
                #expect(webhook.failure?.answer == "status 503")
                let letters = try store.store.deadLetters(of: 1, after: 0, limit: 9, areWanted: false)
                #expect(letters.map(\.sequence) == [1, 2] && letters.map(\.attemptCount) == [2, 1])
                #expect(letters.map(\.answer) == ["status 501", "status 502"])
                #expect(try store.store.deadLetters(of: 1, after: 1, limit: 9, areWanted: false).count == 1)
                #expect(try make(.resend(1, sequence: 7), store).wantedCount == 0)
                #expect(try make(.resend(1, sequence: 2), store).wantedCount == 1)
                #expect(try make(.resend(1, sequence: nil), store).wantedCount == 2)
                #expect(try store.store.webhooks()[0].hasWanted)
                try make(.told(1, .resent(sequence: 1, answer: nil)), store)
                try make(.told(1, .resent(sequence: 2, answer: "status 404")), store)
                let left = try store.store.deadLetters(of: 1, after: 0, limit: 9, areWanted: false)
                #expect(left.map(\.sequence) == [2] && left[0].answer == "status 404")
                #expect(left[0].attemptCount == 2 && !left[0].isWanted)
                #expect(try !store.store.webhooks()[0].hasWanted)
                try make(.remove(1), store)
                #expect(try store.store.deadLetters(of: 1, after: 0, limit: 9, areWanted: false).isEmpty)
            }
        }
    }

    /// What a catalog notes of a webhook that another one tells now changes nothing.
    @Test func isOneCatalogs() async throws {
        try await withReplicas { one, two in
            try one.withStore { mine in
                try two.withStore { other in
                    try make(.add(new(after: 0)), mine)
                    let held = { (store: ShelvedStore) in
                        try make(.hold(seconds: 60), store).webhooks.map(\.webhook.number)
                    }
                    #expect(try mine.store.webhooks().map(\.hold) == [.nobodys])
                    #expect(try held(mine) == [1])
                    #expect(try held(other) == [])
                    #expect(try mine.store.webhooks().map(\.hold) == [.own])
                    #expect(try other.store.webhooks().map(\.hold) == [.others])
                    #expect(try make(.told(1, .delivered(through: 0)), other).webhooks.isEmpty)
                    // Who stops leaves it to the other; so does who is not heard of for long enough.
                    try make(.release, mine)
                    #expect(try held(other) == [1])
                    #expect(try make(.told(1, .gone), mine).webhooks.isEmpty)
                    try one.execute("UPDATE webhook SET held_until = now() - interval '1 second'")
                    #expect(try make(.told(1, .gone), other).webhooks.isEmpty)
                    #expect(try held(mine) == [1])
                    #expect(try mine.store.webhooks()[0].webhook.ended == nil)
                }
            }
        }
    }
}
