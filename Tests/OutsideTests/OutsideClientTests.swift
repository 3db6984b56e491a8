import Foundation
import Model
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import TestSupport
import Testing

@testable import Outside

/// Requests to servers that are no part of the store.
@Suite struct OutsideClientTests {
    private func client(
        allowing: Bool, roots: NIOSSLTrustRoots = .default, _ change: (inout OutsideLimits) -> Void = { _ in }
    ) -> OutsideClient {
        var limits = OutsideLimits()
        change(&limits)
        return OutsideClient(
            group: NIOSingletons.posixEventLoopGroup, reachesPrivate: allowing, roots: roots, limits: limits)
    }

    private func post(_ url: String, by client: OutsideClient) async throws -> Int {
        try await client.post(
            ByteBuffer(string: "{}"), to: OutsideURL(parsing: url), fields: [("x-test", "1")])
    }

    private func fault(_ url: String, by client: OutsideClient) async -> String {
        do {
            return "status \(try await post(url, by: client))"
        } catch {
            return "\(error)"
        }
    }

    @Test func theAnswerIsItsStatus() async throws {
        let receiver = try WebhookReceiver()
        defer { receiver.close() }
        let client = client(allowing: true)
        for line in ["200 OK", "302 Found\r\nLocation: /elsewhere", "410 Gone"] {
            receiver.answer(line)
            #expect(try await post(receiver.url, by: client) == Int(line.prefix(3)))
        }
        // A redirect is not followed.
        #expect(receiver.letters.map(\.target) == ["/hook?to=a", "/hook?to=a", "/hook?to=a"])
        #expect(receiver.letters[0].body == "{}" && receiver.letters[0].fields["x-test"] == "1")
        receiver.answer("100 Continue\r\n\r\nHTTP/1.1 204 No Content")
        #expect(try await post(receiver.url, by: client) == 204)
    }

    /// Whatever the spelling: what is judged is the address that would be connected to. A name of this machine leads to it
    /// like a name of somebody's who changes where it leads.
    @Test(arguments: [
        "127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433", "0177.0.0.1", "localhost", "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]", "[64:ff9b::7f00:1]", "0.0.0.0", "[::]", "10.0.0.1", "172.16.0.1", "192.168.0.1",
        "169.254.169.254", "100.64.0.1", "224.0.0.1", "[fe80::1]", "[fd00::1]", "[ff02::1]",
    ])
    func whatIsNotOnTheInternetIsRefused(host: String) async throws {
        let receiver = try WebhookReceiver()
        defer { receiver.close() }
        let url = "http://\(host):\(receiver.port)/"
        let client = client(allowing: false)
        #expect(await fault(url, by: client).contains("is not on the Internet"))
        let loop = NIOSingletons.posixEventLoopGroup.next()
        await #expect(throws: OutsideFault.self) {
            try await client.check(OutsideURL(parsing: url), on: loop).get()
        }
        #expect(receiver.letters.isEmpty)
    }

    @Test func saysWhatIsWrong() async throws {
        let port = try freePort()
        let client = client(allowing: true) { $0.answerTimeMax = .milliseconds(200) }
        #expect(await fault("http://127.0.0.1:\(port)/", by: client) == "Connection refused")
        let patient = self.client(allowing: true)
        #expect(await fault("http://no-such-host.invalid/", by: patient).contains("address"))
        let listener = try RawListener()
        defer { listener.close() }
        // Who takes everything and says nothing is waited for as long as the limit says.
        listener.serve { _ = try $0.receiveAll() }
        #expect(await fault("http://127.0.0.1:\(listener.port)/", by: client).contains("no answer in"))
        let liar = try RawListener()
        defer { liar.close() }
        liar.serve { connection in
            _ = try connection.receiveHead()
            try connection.send("nonsense\r\n\r\n")
        }
        #expect(await fault("http://127.0.0.1:\(liar.port)/", by: client).contains("no answer of HTTP/1.1"))
        let leaver = try RawListener()
        defer { leaver.close() }
        leaver.serve { _ = try $0.receiveHead() }
        #expect(await fault("http://127.0.0.1:\(leaver.port)/", by: client).contains("closed without"))
    }

    /// A task that is cancelled does not wait for the answer.
    @Test func isGivenUp() async throws {
        let receiver = try WebhookReceiver()
        defer { receiver.close() }
        receiver.answer(nil)
        let client = client(allowing: true)
        let task = Task { try await post(receiver.url, by: client) }
        try await eventually("it waits") { !receiver.letters.isEmpty }
        task.cancel()
        let start = ContinuousClock.now
        await #expect(throws: OutsideFault.self) { try await task.value }
        #expect(ContinuousClock.now - start < .seconds(5))
    }

    // MARK: TLS

    /// Runs `body` with the port and the certificate of a server that answers 204.
    private func withSecureServer(
        _ name: String, _ body: (Int, NIOSSLCertificate) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let made = Process()
            made.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
            made.arguments = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem", "-days", "2", "-subj",
                "/CN=test", "-addext", "subjectAltName=\(name)",
            ]
            made.standardError = FileHandle.nullDevice
            try made.run()
            made.waitUntilExit()
            let certificate = try #require(
                try NIOSSLCertificate.fromPEMFile(folder + "/cert.pem").first)
            let context = try NIOSSLContext(
                configuration: .makeServerConfiguration(
                    certificateChain: [.certificate(certificate)],
                    privateKey: .privateKey(NIOSSLPrivateKey(file: folder + "/key.pem", format: .pem))))
            let server = try await ServerBootstrap(group: NIOSingletons.posixEventLoopGroup)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(NIOSSLServerHandler(context: context))
                        try pipeline.configureHTTPServerPipeline()
                        try pipeline.addHandler(Answering())
                    }
                }.bind(host: "127.0.0.1", port: 0).get()
            do {
                try await body(server.localAddress?.port ?? 0, certificate)
                try await server.close()
            } catch {
                try? await server.close()
                throw error
            }
        }
    }

    private final class Answering: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            let head = HTTPResponseHead(version: .http1_1, status: .noContent)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }
    }

    @Test func believesCertificatesThatFit() async throws {
        try await withSecureServer("DNS:localhost") { port, certificate in
            let client = client(allowing: true, roots: .certificates([certificate]))
            #expect(try await post("https://localhost:\(port)/", by: client) == 204)
            // Another name; nobody's certificate; and a server that speaks no TLS.
            #expect(await fault("https://127.0.0.1:\(port)/", by: client).contains("TLS"))
            #expect(
                await fault("https://localhost:\(port)/", by: self.client(allowing: true)).contains("TLS"))
            let receiver = try WebhookReceiver()
            defer { receiver.close() }
            // Each waits for the other to begin.
            let impatient = self.client(allowing: true) { $0.answerTimeMax = .seconds(1) }
            #expect(
                !(await fault("https://127.0.0.1:\(receiver.port)/", by: impatient)).hasPrefix("status"))
        }
        try await withSecureServer("IP:127.0.0.1") { port, certificate in
            let client = client(allowing: true, roots: .certificates([certificate]))
            let status = try await post("https://127.0.0.1:\(port)/", by: client)
            #expect(status == 204)
            // The name leads to the address of the certificate, which says nothing of the name.
            #expect(await fault("https://localhost:\(port)/", by: client).contains("TLS"))
        }
    }

    @Test(arguments: [
        ("books.example", "books.example", true), ("Books.Example.", "books.example", true),
        ("*.example", "books.example", true), ("*.example", "a.books.example", false),
        ("*.example", "example", false), ("*", "example", false), ("*.", "example", false),
        ("b*.example", "books.example", false), ("books.example", "books.example.org", false),
        ("", "books.example", false),
    ])
    func aCertificateNamesItsHost(name: String, host: String, holds: Bool) {
        #expect(CertificateNames([name]).hold(host) == holds)
        #expect(!CertificateNames([]).hold(host))
    }
}
