internal import NIOCore
internal import TierHTTP

/// Limits of one connection to the shop, and of all connections together. Each limits a hostile or broken
/// client.
struct VisitLimits: Sendable {
    /// Open connections, within the limit of open files. Further ones receive a page that says so (503), and
    /// are closed.
    var connectionCountMax = min(ShopLimits.connectionCountMax, OpenFiles.connectionCountMax)
    /// Open connections from one address: a third of all, so that one address cannot fill the shop. A proxy
    /// is one address, and needs as many connections as it has requests in progress. A household behind one
    /// address has enough as well, with six connections for each browser.
    var connectionsPerAddressMax = max(
        1, min(ShopLimits.connectionCountMax, OpenFiles.connectionCountMax) / 3)
    /// Refused connections that receive a page at the same time. Further ones are closed without one, since
    /// refused connections must not use up what is limited.
    var refusedCountMax = 64
    /// How long a connection may stay open without a request.
    var idleTimeMax = ShopLimits.idleTimeMax
    /// The longest time that a request may take to arrive, from its first byte to its last. It is enough for
    /// the largest file that the desk accepts at 3.5 Mbit/s.
    var requestReadTimeMax = TimeAmount.seconds(10)
    /// The longest time in which a client must take ``takenBytesMin`` of its responses; then it is
    /// disconnected.
    var writeTimeMax = TimeAmount.seconds(30)
    /// Bytes that a client must take in ``writeTimeMax``, unless it takes all. Half a kilobyte a second is
    /// below the slowest line that can show a page.
    var takenBytesMin = 16 * 1024
    /// How long the shop keeps reading after the last response, so that the client can read it before a
    /// reset.
    var lingerTimeMax = TimeAmount.seconds(2)
    /// The largest body that is collected before its route sees the request, so that an incomplete request is
    /// refused before any work starts. Longer ones, which are keepers' files, are passed on as they arrive.
    var gatheredBodyBytesMax = ShopLimits.formByteCountMax
    /// The interval at which these times are checked.
    var sweepInterval = TimeAmount.milliseconds(500)

    /// The limits that apply to the life of one connection.
    var life: ConnectionLife.Limits {
        ConnectionLife.Limits(
            idleTimeMax: idleTimeMax, requestReadTimeMax: requestReadTimeMax, lingerTimeMax: lingerTimeMax)
    }
}
