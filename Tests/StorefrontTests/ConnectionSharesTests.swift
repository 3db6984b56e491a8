import NIOCore
import Testing

@testable import Storefront

/// Limits of connections per address and of slow readers, without sockets or clocks.
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

    @Test func aReaderMustMakeProgress() {
        var limits = VisitLimits()
        limits.writeTimeMax = .seconds(30)
        limits.takenBytesMin = 100
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
        var pace = WritePace()
        let isTooSlow = { (waiting: Int, seconds: Int64) in
            pace.isTooSlow(waiting: waiting, now: start + .seconds(seconds), limits: limits)
        }
        pace.wrote(1_000)
        #expect(!isTooSlow(1_000, 0))
        #expect(!isTooSlow(950, 30))
        #expect(isTooSlow(901, 31))
        // The client has taken enough, so the time starts again.
        #expect(!isTooSlow(900, 31))
        pace.wrote(5_000)
        #expect(!isTooSlow(5_890, 60))
        #expect(!isTooSlow(0, 99))
        #expect(!isTooSlow(5, 100))
    }
}
