internal import Model
internal import NIOHTTP1

/// For which hosts a server answers.
///
/// A page of another site can have a name of its own that resolves to 127.0.0.1. For the browser it is then of
/// the same origin as a tier that listens there, and may read what the tier answers. Its name gives it away.
package enum AnsweredHosts: Sendable {
    /// For any: what may be read and changed is guarded by the store's token.
    case any
    /// For loopback names, and for the name that the config file gives the server.
    case loopback(or: String)

    /// Refuses a request for another host. One without a host comes from a program: browsers always name it.
    ///
    /// - Throws: ``Problem`` 421.
    func admit(_ host: RequestHost?) throws(Problem) {
        guard case .loopback(let own) = self, let host, !host.isLoopback, !host.isNamed(own) else { return }
        throw Problem(
            .misdirectedRequest,
            "this server has no token, so it answers for localhost and for its own name in the config file only"
        )
    }
}
