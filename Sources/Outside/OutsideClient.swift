package import Model
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
package import NIOSSL
internal import Synchronization

/// Sends requests to servers that are no part of the store, at addresses that its keepers name. Each request has a
/// connection of its own, to an address that was judged just before: what a name led to earlier counts for nothing.
package final class OutsideClient: Sendable {
    private let group: any EventLoopGroup
    private let reachesPrivate: Bool
    private let roots: NIOSSLTrustRoots
    private let limits: OutsideLimits
    /// Made when it is first needed: reading the system's certificates takes time and memory.
    private let tls = Mutex<NIOSSLContext?>(nil)

    /// - Parameters:
    ///   - reachesPrivate: whether addresses are allowed that are not on the Internet: this machine's, its networks',
    ///     and those of many receivers.
    ///   - roots: whose certificates are believed.
    package init(
        group: any EventLoopGroup, reachesPrivate: Bool = false, roots: NIOSSLTrustRoots = .default,
        limits: OutsideLimits = OutsideLimits()
    ) {
        self.group = group
        self.reachesPrivate = reachesPrivate
        self.roots = roots
        self.limits = limits
    }

    /// Whether requests to a URL are sent at all.
    ///
    /// - Returns: fails with ``OutsideFault`` for a host that has no address now, or one that is not allowed.
    package func check(_ url: OutsideURL, on loop: any EventLoop) -> EventLoopFuture<Void> {
        addresses(of: url, on: loop).map { _ in }
    }

    /// Posts a body, and gives the answer's status. A task that is cancelled closes the connection.
    ///
    /// - Throws: ``OutsideFault``.
    package func post(
        _ body: ByteBuffer, to url: OutsideURL, fields: [(name: String, value: String)]
    ) async throws -> Int {
        let loop = group.next()
        let answer = loop.makePromise(of: Int.self)
        let late = loop.scheduleTask(in: limits.answerTimeMax) { [limits] in
            answer.fail(OutsideFault("no answer in \(limits.answerTimeMax.nanoseconds / 1_000_000_000) s"))
        }
        defer { late.cancel() }
        var head = HTTPRequestHead(version: .http1_1, method: .POST, uri: url.target)
        head.headers = HTTPHeaders([
            ("host", url.hostField), ("user-agent", "bookstore/\(StoreVersion.text)"),
            ("content-type", "application/json"), ("content-length", String(body.readableBytes)),
            ("connection", "close"),
        ])
        for field in fields { head.headers.add(name: field.name, value: field.value) }
        addresses(of: url, on: loop).flatMap { [self, head] addresses in
            connect(to: addresses.prefix(limits.addressCountMax), on: loop) { channel in
                try self.prepare(channel, for: url, OutsideExchange(head, body: body, answer: answer))
            }
        }.whenComplete { result in
            switch result {
            case .success(let channel):
                // However it ends: with an answer, in time or not, or since nobody waits any longer.
                answer.futureResult.whenComplete { _ in channel.close(promise: nil) }
            case .failure(let error): answer.fail(OutsideFault(error))
            }
        }
        return try await withTaskCancellationHandler {
            try await answer.futureResult.get()
        } onCancel: {
            answer.fail(OutsideFault("given up"))
        }
    }

    /// The addresses of a host, all of which are allowed: a name that leads here and there is not trusted.
    private func addresses(of url: OutsideURL, on loop: any EventLoop) -> EventLoopFuture<[SocketAddress]> {
        let found = loop.makePromise(of: [SocketAddress].self)
        let late = loop.scheduleTask(in: limits.nameTimeMax) {
            found.fail(OutsideFault("the host's address was not found in time"))
        }
        found.futureResult.whenComplete { _ in late.cancel() }
        NIOSingletons.posixBlockingThreadPool.submit { [reachesPrivate] state in
            guard state == .active else { return found.fail(OutsideFault("stopping")) }
            found.completeWith(
                Result {
                    let addresses = try HostAddresses.find(url.host, port: url.port)
                    if !reachesPrivate, addresses.contains(where: { !$0.isPublic }) {
                        throw OutsideFault("an address of its host is not on the Internet")
                    }
                    return addresses
                })
        }
        return found.futureResult
    }

    /// A connection to the first address that gives one.
    private func connect(
        to addresses: ArraySlice<SocketAddress>, on loop: any EventLoop,
        _ prepare: @escaping @Sendable (any Channel) throws -> Void
    ) -> EventLoopFuture<any Channel> {
        guard let address = addresses.first else {
            return loop.makeFailedFuture(OutsideFault("the host has no address"))
        }
        let connection = ClientBootstrap(group: loop).connectTimeout(limits.connectTimeMax)
            .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try prepare(channel) } }
            .connect(to: address)
        guard addresses.count > 1 else { return connection }
        return connection.flatMapError { [self] _ in connect(to: addresses.dropFirst(), on: loop, prepare) }
    }

    private func prepare(_ channel: any Channel, for url: OutsideURL, _ exchange: OutsideExchange) throws {
        let pipeline = channel.pipeline.syncOperations
        if url.isSecure {
            try pipeline.addHandler(secure(url))
        }
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(exchange)
    }

    private func secure(_ url: OutsideURL) throws -> NIOSSLClientHandler {
        // An address is no name of a server: its certificate is compared with where the connection leads.
        if (try? SocketAddress(ipAddress: url.host, port: url.port)) != nil {
            return try NIOSSLClientHandler(context: context(), serverHostname: nil)
        }
        return try ._makeSSLClientHandler(context: context(), serverHostname: url.host) {
            certificate, channel in
            channel.eventLoop.makeCompletedFuture {
                guard CertificateNames(certificate)?.hold(url.host) != false else {
                    throw OutsideFault("TLS: the certificate does not name its host")
                }
            }
        }
    }

    private func context() throws -> NIOSSLContext {
        try tls.withLock { tls in
            if let tls { return tls }
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = roots
            let made = try NIOSSLContext(configuration: configuration)
            tls = made
            return made
        }
    }
}
