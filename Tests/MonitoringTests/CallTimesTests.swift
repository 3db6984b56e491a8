import NIOCore
import Testing

@testable import Monitoring

@Suite struct CallTimesTests {
    private func field(_ times: CallTimes, total: TimeAmount = .zero) -> String {
        var buffer = ByteBuffer()
        times.write(to: &buffer, total: total)
        return String(buffer: buffer)
    }

    @Test(arguments: [
        (0, "0.000"), (499, "0.000"), (500, "0.001"), (99_500, "0.100"), (1_320_000, "1.320"),
        (12_345_678_901, "12345.679"), (-5, "0.000"),
    ]) func writesMilliseconds(nanos: Int64, text: String) {
        let times = CallTimes()
        times.note("a", .nanoseconds(nanos))
        #expect(
            field(times, total: .nanoseconds(nanos)) == "\r\nserver-timing: a;dur=\(text), total;dur=\(text)")
    }

    @Test func listsCallsInOrderBeforeTheTotal() {
        let times = CallTimes()
        times.note("order", .milliseconds(2))
        times.passOn(["catalog-query;dur=0.21,  catalog-update;dur=0.87, total;dur=1.5"])
        #expect(
            field(times, total: .milliseconds(3))
                == "\r\nserver-timing: order;dur=2.000, catalog-query;dur=0.21, catalog-update;dur=0.87, total;dur=3.000"
        )
    }

    @Test func forwardsTimesOfOtherServers() {
        let times = CallTimes()
        times.passOn([])
        times.passOn(["total;dur=1"])
        times.passOn([""])
        times.passOn([String(repeating: "x", count: 1_025)])
        #expect(field(times) == "\r\nserver-timing: total;dur=0.000")
        times.passOn(["db;dur=53", "cache;desc=\"hit\""])
        #expect(field(times) == "\r\nserver-timing: db;dur=53, cache;desc=\"hit\", total;dur=0.000")
    }
}
