import NIOCore
import Testing

@testable import Storefront

/// Who may have how many connections, and how slow a reader may be; without sockets or clocks.
@Suite struct ConnectionSharesTests {
    private func network(_ address: String) throws -> ClientNetwork? {
        ClientNetwork(try SocketAddress(ipAddress: address, port: 80))
    }

    @Test func networksOfAddresses() throws {
        #expect(try network("192.0.2.1") == network("192.0.2.1"))
        #expect(try network("192.0.2.1") != network("192.0.2.2"))
        #expect(try network("::ffff:192.0.2.1") == network("192.0.2.1"))
        #expect(try network("2001:db8:0:1::1") == network("2001:db8:0:1:ffff::2"))
        #expect(try network("2001:db8:0:1::1") != network("2001:db8:0:2::1"))
        #expect(try network("::c000:201") != network("192.0.2.1"))
        #expect(ClientNetwork(nil) == nil)
    }

    @Test func sharesComeBack() throws {
        let (a, b) = (try network("192.0.2.1"), try network("192.0.2.2"))
        var shares = ConnectionShares(countMax: 4, perClientMax: 2)
        #expect(shares.open(a) == .welcome && shares.open(a) == .welcome && shares.open(a) == .greedy)
        #expect(shares.open(b) == .welcome && shares.open(nil) == .welcome)
        #expect(shares.open(b) == .full && shares.open(nil) == .full && shares.count == 4)
        shares.close(a)
        #expect(shares.open(b) == .welcome && shares.open(a) == .full)
        for client in [a, b, b, nil] { shares.close(client) }
        #expect(shares.count == 0 && shares.open(a) == .welcome)
    }

    @Test func aReaderMustGetOn() {
        var limits = VisitLimits()
        limits.writeTimeMax = .seconds(30)
        limits.takenBytesMin = 100
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var pace = WritePace()
        pace.wrote(1_000)
        #expect(!pace.isTooSlow(waiting: 1_000, now: start, limits: limits))
        #expect(!pace.isTooSlow(waiting: 950, now: start + .seconds(30), limits: limits))
        #expect(pace.isTooSlow(waiting: 901, now: start + .seconds(31), limits: limits))
        // Enough was taken: the time runs anew.
        #expect(!pace.isTooSlow(waiting: 900, now: start + .seconds(31), limits: limits))
        pace.wrote(5_000)
        #expect(!pace.isTooSlow(waiting: 5_890, now: start + .seconds(60), limits: limits))
        #expect(!pace.isTooSlow(waiting: 0, now: start + .seconds(99), limits: limits))
        #expect(!pace.isTooSlow(waiting: 5, now: start + .seconds(100), limits: limits))
    }
}
