import Model
import NIOCore
import Testing

@testable import Catalog

/// When a webhook is told, and by which catalog: without a clock, a socket or a database.
@Suite struct WebhookCourseTests {
    /// The longest of the possible waits.
    private struct Longest: RandomNumberGenerator {
        mutating func next() -> UInt64 { .max }
    }

    /// The shortest; 0 would be drawn again for ever.
    private struct Shortest: RandomNumberGenerator {
        mutating func next() -> UInt64 { 1 }
    }

    private func webhook(
        _ number: Int64 = 1, at position: Int64 = 0, failures: Int64 = 0, since: Int64 = 0
    ) throws -> Webhook {
        Webhook(
            number: number, url: try OutsideURL(parsing: "https://mail.example/"), kinds: [.order],
            position: position, made: Timestamp(millis: 0), actor: nil,
            failure: failures == 0
                ? nil
                : Webhook.Failure(
                    attemptCount: failures, since: Timestamp(millis: since), answer: "status 500"))
    }

    @Test func waitsTwiceAsLongAfterEachFailure() throws {
        var course = WebhookCourse(try webhook(), limits: WebhookLimits())
        let now = NIODeadline.uptimeNanoseconds(1)
        var longest = Longest()
        var shortest = Shortest()
        for (failures, seconds) in [(1, 1), (2, 2), (3, 4), (10, 512), (11, 600), (1_000, 600)] {
            course.noted(
                try webhook(failures: Int64(failures)), wasTaken: false, at: now, random: &longest)
            #expect(!course.allowsAttempt(at: now + .seconds(Int64(seconds)) - .milliseconds(1)))
            #expect(course.allowsAttempt(at: now + .seconds(Int64(seconds))))
            course.noted(
                try webhook(failures: Int64(failures)), wasTaken: false, at: now, random: &shortest)
            #expect(!course.allowsAttempt(at: now + .milliseconds(Int64(seconds) * 500 - 1)))
            #expect(course.allowsAttempt(at: now + .milliseconds(Int64(seconds) * 500)))
        }
        course.noted(try webhook(at: 7), wasTaken: true, at: now, random: &longest)
        #expect(course.allowsAttempt(at: now) && course.position == 7)
    }

    /// What a receiver cannot take is found out alone, and takes nothing else with it.
    @Test func tellsOfOneMovementAfterAFailure() throws {
        var random = Longest()
        let now = NIODeadline.uptimeNanoseconds(1)
        var course = WebhookCourse(try webhook(), limits: WebhookLimits())
        #expect(course.movementCountMax == 100)
        course.noted(try webhook(failures: 1), wasTaken: false, at: now, random: &random)
        var sizes: [Int] = []
        for position in Int64(1)...8 {
            sizes.append(course.movementCountMax)
            course.noted(try webhook(at: position), wasTaken: true, at: now, random: &random)
        }
        #expect(sizes == [1, 2, 4, 8, 16, 32, 64, 100])
        let failing = WebhookCourse(try webhook(failures: 3), limits: WebhookLimits())
        #expect(failing.movementCountMax == 1)
    }

    /// The day counts from the first attempt, whichever catalog made it.
    @Test func givesUpAfterADay() throws {
        let day: Int64 = 86_400_000
        let course = WebhookCourse(try webhook(failures: 3, since: 5), limits: WebhookLimits())
        #expect(!course.givesUp(movementCount: 1, at: Timestamp(millis: 5 + day - 1)))
        #expect(course.givesUp(movementCount: 1, at: Timestamp(millis: 5 + day)))
        #expect(!course.givesUp(movementCount: 2, at: Timestamp(millis: 5 + day)))
        let working = WebhookCourse(try webhook(), limits: WebhookLimits())
        #expect(!working.givesUp(movementCount: 1, at: Timestamp(millis: 5 + day)))
    }

    @Test func notesAtTimesThatThereWasNothingToTell() throws {
        var course = WebhookCourse(try webhook(at: 5), limits: WebhookLimits())
        #expect(!course.passed(through: 10_004) && course.position == 10_004)
        let isDue = course.passed(through: 10_005)
        #expect(isDue)
        // Nothing leads back.
        #expect(course.passed(through: 7) && course.position == 10_005)
    }

    // MARK: Letters

    private func event(_ sequence: Int64, _ kind: StoreEvent.Kind = .order) -> StoreEvent {
        StoreEvent(sequence: sequence, kind: kind, time: Timestamp(millis: 0), order: sequence)
    }

    @Test func aLetterHasItsKindsOnly() throws {
        let page = EventsPage(events: [event(3), event(3, .soldOut), event(9, .state)], next: 12)
        let letter = try #require(WebhookLetter(page, kinds: [.order, .state], byteCountMax: 1_000))
        #expect(letter.through == 12 && letter.last == 9)
        #expect(letter.movementCount == 2 && letter.eventCount == 2)
        let one = try #require(WebhookLetter(page, kinds: [.soldOut], byteCountMax: 1_000))
        #expect(
            String(buffer: one.body)
                == #"{"result":[{"sequence":3,"kind":"sold_out","order":3,"time":"1970-01-01T00:00:00.000Z"}]}"#
        )
        #expect(one.through == 12 && one.last == 3)
        #expect(WebhookLetter(page, kinds: [.lowStock], byteCountMax: 1_000) == nil)
    }

    /// A long page is cut between movements, and the rest comes next.
    @Test func aLetterIsBoundedAndPartsNoMovement() throws {
        let page = EventsPage(
            events: [event(3), event(3, .lowStock), event(3, .soldOut), event(4), event(5)], next: 5)
        let letter = try #require(
            WebhookLetter(page, kinds: StoreEvent.Kind.allCases, byteCountMax: 100))
        #expect(letter.movementCount == 1 && letter.eventCount == 3)
        #expect(letter.through == 3 && letter.last == 3)
    }

    /// As docs/events.md shows it; the same by: printf '1764230400.{"result":[]}' | openssl dgst -sha256 -hmac SECRET
    @Test func isSignedOverTimeAndBody() throws {
        let secret = try WebhookSecret(parsing: "a-secret-of-24-or-more-characters")
        #expect(
            WebhookLetter.signature(
                of: ByteBuffer(string: #"{"result":[]}"#), secret, seconds: "1764230400")
                == "74ee21e7c8ffd82343124237c910b3fca357da87d024b1e52b252ec697615228")
    }

    // MARK: Who tells

    private func row(_ number: Int64, _ hold: WebhookRow.Hold) throws -> WebhookRow {
        try WebhookRow(
            number: number, url: "https://mail.example/", secret: "", kinds: "order", position: 0,
            madeMillis: 0, actor: nil, attemptCount: 0, failingMillis: nil, answer: nil, endedMillis: nil,
            deadCount: 0, hasWanted: false, hold: hold)
    }

    @Test func oneCatalogTellsAndSaysSoAgain() throws {
        var hold = WebhookHold(WebhookLimits())
        let start = NIODeadline.uptimeNanoseconds(0) + .hours(1)
        let (free, own, others) = (try row(4, .nobodys), try row(1, .own), try row(3, .others))
        #expect(hold.held(at: start).isEmpty)
        #expect(hold.isDue([free], at: start))
        // Its own from before it was started again.
        #expect(hold.isDue([own], at: start))
        #expect(!hold.isDue([others], at: start))
        hold.took([own, try row(2, .own)], asked: start)
        #expect(hold.held(at: start) == [1, 2])
        #expect(!hold.isDue([own, others], at: start + .milliseconds(1_999)))
        #expect(hold.isDue([own, others], at: start + .seconds(2)))
        #expect(hold.isDue([own, others, free], at: start))
        // It gives up before the database does.
        #expect(hold.held(at: start + .milliseconds(4_999)) == [1, 2])
        #expect(hold.held(at: start + .seconds(5)).isEmpty)
    }
}
