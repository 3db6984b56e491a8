internal import NIOCore
internal import TierHTTP

/// What one connection to the shop may take up, and all of them together. Every value is a bound that a hostile or
/// broken client runs into.
struct VisitLimits: Sendable {
    /// Open connections, as many as the limit of open files leaves room for; further ones get a page that says so
    /// (503) and are closed.
    var connectionCountMax = min(ShopLimits.connectionCountMax, OpenFiles.connectionCountMax)
    /// Open connections from one address, so that no single one can fill the shop: a third of all. A proxy in front
    /// is one address too, and needs as many as it has requests at work; a house full of people behind one
    /// address, with six connections a browser, has room as well.
    var connectionsPerAddressMax = max(
        1, min(ShopLimits.connectionCountMax, OpenFiles.connectionCountMax) / 3)
    /// Refused connections that are told so at a time; beyond that they are closed without a word, for the refused
    /// must not use up what is limited.
    var refusedCountMax = 64
    /// How long a connection may stay open without a request.
    var idleTimeMax = ShopLimits.idleTimeMax
    /// How long a request may take to arrive, from its first byte to its last, however steadily it drips: enough
    /// for the longest file that the desk takes at 3.5 Mbit/s.
    var requestReadTimeMax = TimeAmount.seconds(10)
    /// How long a client may take for each ``takenBytesMin`` of its answers before it is cut off.
    var writeTimeMax = TimeAmount.seconds(30)
    /// Bytes of its answers that a client must take in ``writeTimeMax``, unless it takes all: half a kilobyte a
    /// second, below the slowest line that shows a page at all.
    var takenBytesMin = 16 * 1024
    /// How long a client is listened to after its last answer, so that it can read that before the reset.
    var lingerTimeMax = TimeAmount.seconds(2)
    /// Bytes of a body that are gathered before the request is shown to its route, so that one that breaks off is
    /// refused without having been begun. Longer ones, a keeper's files, are handed on as they come.
    var gatheredBodyBytesMax = ShopLimits.formByteCountMax
    /// How often these times are checked.
    var sweepInterval = TimeAmount.milliseconds(500)

    /// What a connection's life takes of them.
    var life: ConnectionLife.Limits {
        ConnectionLife.Limits(
            idleTimeMax: idleTimeMax, requestReadTimeMax: requestReadTimeMax, lingerTimeMax: lingerTimeMax)
    }
}
