package import NIOCore

/// How long servers outside are waited for.
package struct OutsideLimits: Sendable {
    /// For the addresses of a name. The system asks its servers longer.
    package var nameTimeMax = TimeAmount.seconds(3)
    /// For a connection to one address.
    package var connectTimeMax = TimeAmount.seconds(5)
    /// For an answer to a request, from its beginning on: name, connections, TLS and the receiver's work.
    package var answerTimeMax = TimeAmount.seconds(15)
    /// Addresses of a name that are tried, at most.
    package var addressCountMax = 3

    package init() {}
}
