import Foundation
import Model
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_795_508_130_123, "2026-11-24T08:15:30.123Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (951_868_799_999, "2000-02-29T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
        (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
    ]) func isWrittenAsRFC3339(millis: Int64, text: String) {
        #expect(Timestamp(millis: millis).description == text)
    }

    @Test func readsWhatItWrites() {
        var millis: Int64 = -12_000_000_000_000
        while millis < 60_000_000_000_000 {
            #expect(Timestamp(parsing: Timestamp(millis: millis).description)?.millis == millis)
            millis += 86_399_999 * 97
        }
        #expect(Timestamp(parsing: "2026-11-24T08:15:30Z")?.secondText == "2026-11-24T08:15:30Z")
        for odd in [
            "", "Z", "2026-11-24", "2026-13-01T00:00:00Z", "2026-11-24T08:15:30.1Z", "2026-11-24T08:15:30",
        ] {
            #expect(Timestamp(parsing: odd) == nil)
        }
    }

    @Test func agreesWithFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        // Foundation uses the older calendar before 1582.
        var millis: Int64 = -12_000_000_000_000
        while millis < 60_000_000_000_000 {
            let date = Date(timeIntervalSince1970: Double(millis) / 1000)
            #expect(Timestamp(millis: millis).description == date.formatted(style))
            millis += 86_400_000 * 97
        }
    }
}
