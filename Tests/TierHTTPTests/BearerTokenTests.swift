import Model
import NIOCore
import NIOHTTP1
import Services
import TestSupport
import Testing

@testable import TierHTTP

@Suite struct BearerTokenTests {
    private static let text = "a-token-of-20-signs!"
    private let token = try! BearerToken(parsing: text)

    @Test(arguments: [
        "", "short", String(repeating: "x", count: 15), String(repeating: "x", count: 513),
        "a token with blanks in it", "a-token-with-ümlauts-in-it", "a-token-of-16-\u{1}\u{2}\u{3}",
    ]) func refusesWhatIsNoToken(text: String) {
        let fault = #expect(throws: LineFault.self) { try BearerToken(parsing: text) }
        #expect(fault?.reason.contains("16 to 512 visible ASCII") == true)
    }

    @Test func descriptionHidesTheToken() { #expect("\(token)" == "(secret)") }

    @Test(arguments: [
        (["Bearer a-token-of-20-signs!"], true), (["bearer a-token-of-20-signs!"], true),
        (["BEARER a-token-of-20-signs!"], true),
        ([], false), ([""], false), (["Bearer"], false), (["Bearer "], false),
        (["a-token-of-20-signs!"], false), (["Basic a-token-of-20-signs!"], false),
        (["Bearer a-token-of-20-signs"], false), (["Bearer a-token-of-20-signs!!"], false),
        (["Bearer a-token-of-20-signs?"], false), (["Bearer b-token-of-20-signs!"], false),
        (["Bearer a-token-of-20-signs!a-token-of-20-signs!"], false),
        (["Bearer a-token-of-20-signs!", "Bearer a-token-of-20-signs!"], false),
    ]) func knowsItsOwn(fields: [String], isShown: Bool) {
        let headers = HTTPHeaders(fields.map { ("Authorization", $0) })
        #expect(token.isShown(in: headers) == isShown)
    }

    @Test func guardsARoute() async throws {
        try await withServer(token: token) { server in
            let without = try request("POST", "/guarded", port: server.port)
            #expect(without.status == 401)
            #expect(without.headers["www-authenticate"]?.hasPrefix("Bearer") == true)
            #expect(without.headers["content-type"] == "application/problem+json")
            #expect(!without.body.contains(Self.text))
            let shown = ["Authorization": "Bearer " + Self.text]
            #expect(try request("POST", "/guarded", port: server.port, headers: shown).status == 200)
            #expect(try request("POST", "/guarded", port: server.port, headers: shown).status == 200)
            // Open routes need no token, and an unknown path or method stays unknown.
            #expect(try request("POST", "/size", port: server.port).status == 200)
            #expect(try request("DELETE", "/guarded", port: server.port).status == 405)
        }
    }

    @Test func routesAreOpenWithoutAToken() async throws {
        try await withServer { server in
            let reply = try request("POST", "/guarded", port: server.port)
            #expect(reply.status == 200)
        }
    }

    /// A route may accept larger bodies, but only with the token.
    @Test func aLargeBodyNeedsTheTokenFirst() async throws {
        try await withServer(token: token) { server in
            let body = String(repeating: "x", count: 200_000)
            let shown = ["Authorization": "Bearer " + Self.text]
            let taken = try request("POST", "/guarded", port: server.port, headers: shown, body: body)
            #expect(taken.body == #"{"size":200000}"#)
            #expect(try request("POST", "/guarded", port: server.port, body: body).status == 413)
            #expect(try request("POST", "/size", port: server.port, headers: shown, body: body).status == 413)
            let tooLong = String(repeating: "x", count: (1 << 20) + 1)
            let refused = try request("POST", "/guarded", port: server.port, headers: shown, body: tooLong)
            #expect(refused.status == 413)
        }
    }

    @Test func aClientShowsItAndSendsBodies() async throws {
        try await withServer(token: token) { server in
            let body = TierCall.Body("text/plain", ByteBuffer(string: "some text"))
            try await withClient(server.port, token: token) { client in
                let answer = try await client.start("/guarded", method: .POST, body: body).get()
                #expect(answer.status == .ok)
                #expect(String(buffer: answer.body) == #"{"size":9}"#)
            }
            try await withClient(server.port) { client in
                let answer = try await client.start("/guarded", method: .POST, body: body).get()
                #expect(answer.status == .unauthorized)
                #expect(throws: StoreError.self) { try client.client.check(answer, item: nil, isRead: false) }
            }
        }
    }
}
