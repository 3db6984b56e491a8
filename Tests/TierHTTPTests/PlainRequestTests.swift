import Foundation
import Monitoring
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import TierHTTP

/// Requests that go past the parser mean what they mean to it.
@Suite struct PlainRequestTests {
    private static let plain = [
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n\r\n",
        "GET /lookup?item_number=1 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n",
        "POST /buy?item_number=7&cost_max=10.50 HTTP/1.1\r\nhost: [::1]:8000\r\nIdempotency-Key: \"a b\"\r\n\r\n",
        "GET /search?topic=distributed+systems%20x HTTP/1.1\r\nHost:h\r\nConnection: keep-alive\r\n"
            + "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\n\r\n",
        "GET /find?q=%E4%B8%89 HTTP/1.1\r\nHost: h\r\nOrigin: http://h\r\nSec-Fetch-Site: same-origin\r\n"
            + "Sec-Purpose: prefetch\r\nContent-Type: application/json\r\nCONNECTION: Keep-Alive\r\n\r\n",
        "POST /buy/7 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nAccept: */*\r\n\r\n",
    ]

    /// Each is for the parser, whatever that makes of it.
    private static let left = [
        "", "\r\n", "G", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n\r",
        "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\nHost: h\n\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n",
        "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET /#a HTTP/1.1\r\nHost: h\r\n\r\n", "GET /ä HTTP/1.1\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : h\r\n\r\n", "GET / HTTP/1.1\r\n Host: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: h \r\n\r\n",
        "GET / HTTP/1.1\r\nHost:\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\tb\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: \u{7F}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n", "GET / HTTP/1.1\r\n: h\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 00\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0, 0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\ncontent-length: 0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\ncontent-length: 5\r\n\r\nhello",
        "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: h\r\nTRANSFER-ENCODING: chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, upgrade\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nProxy-Connection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n\r\n",
        "GET /" + String(repeating: "a", count: PlainRequest.bytesMax) + " HTTP/1.1\r\nHost: h\r\n\r\n",
    ]

    @Test(arguments: plain) func takesWhatIsPlain(text: String) throws {
        let request = try #require(PlainRequest(text + "GET /next"))
        #expect(request.byteCount == text.utf8.count)
        let parser = RequestParser()
        #expect(try parser.head(of: text) == request.head)
    }

    @Test(arguments: left) func leavesWhatIsNot(text: String) { #expect(PlainRequest(text) == nil) }

    @Test func keepsToTheServersLimits() {
        let text = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n"
        var limits = ServerLimits()
        limits.fieldCountMax = 2
        #expect(PlainRequest(text, limits) != nil)
        limits.fieldCountMax = 1
        #expect(PlainRequest(text, limits) == nil)
        limits = ServerLimits()
        limits.headBytesMax = text.utf8.count - 1
        #expect(PlainRequest(text, limits) == nil)
    }

    /// Requests that are nearly plain: of those that are taken, the parser makes the same, with no byte more or less.
    /// `BOOKSTORE_FUZZ_COUNT` says how many.
    @Test func meansWhatTheParserMeans() throws {
        let count = ProcessInfo.processInfo.environment["BOOKSTORE_FUZZ_COUNT"].flatMap { Int($0) } ?? 20_000
        var random = FastRandom(seed: 15)
        let parser = RequestParser()
        var takenCount = 0
        for _ in 0..<count {
            let bytes = Self.nearlyPlain(&random)
            guard let request = bytes.withUnsafeBytes({ PlainRequest($0, limits: ServerLimits()) }) else {
                continue
            }
            takenCount += 1
            let text = bytes.prefix(request.byteCount)
            guard try parser.head(of: text) == request.head else {
                Issue.record("read differently: \(String(decoding: text, as: UTF8.self).debugDescription)")
                return
            }
        }
        // The comparison is worth something only where many are taken, and many are not.
        #expect(takenCount > count / 10 && takenCount < count * 9 / 10)
    }

    private static func nearlyPlain(_ random: inout FastRandom) -> [UInt8] {
        let texts = plain + left
        var bytes = Array((Bool.random(using: &random) ? plain : texts).randomElement(using: &random)!.utf8)
        let pieces = [
            "\r\n", "\n", "\r", ":", " ", "\t", "\0", "%", "#", "/", "?", "HTTP/1.1", "GET ", "POST ",
            "Host: h\r\n",
            "Connection: keep-alive\r\n", "Content-Length: 1\r\n", "Content-Length: 0\r\n", "A:b\r\n", "é",
            "\u{7F}", "a", "|", "^",
            "\"",
        ]
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.insert(contentsOf: pieces.randomElement(using: &random)!.utf8, at: place)
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
            default:
                let other = Array(texts.randomElement(using: &random)!.utf8)
                bytes.replaceSubrange(
                    place..., with: other.suffix(Int.random(in: 0...other.count, using: &random)))
            }
        }
        return bytes
    }
}

extension PlainRequest {
    fileprivate init?(_ text: String, _ limits: ServerLimits = ServerLimits()) {
        let request = Array(text.utf8).withUnsafeBytes { PlainRequest($0, limits: limits) }
        guard let request else { return nil }
        self = request
    }
}

/// The parser that the server has.
private final class RequestParser {
    private var channel = EmbeddedChannel()

    init() { reset() }

    private func reset() {
        channel = EmbeddedChannel(
            handler: ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes)))
    }

    func head(of text: String) throws -> HTTPRequestHead? { try head(of: Array(text.utf8)[...]) }

    /// The head that bytes are, with nothing missing and nothing behind it; nil for anything else.
    func head(of bytes: ArraySlice<UInt8>) throws -> HTTPRequestHead? {
        do {
            try channel.writeInbound(ByteBuffer(bytes: bytes))
            let parts = [try part(), try part(), try part()]
            guard case .head(let head) = parts[0], case .end(nil) = parts[1], parts[2] == nil else {
                reset()
                return nil
            }
            return head
        } catch {
            reset()
            return nil
        }
    }

    private func part() throws -> HTTPServerRequestPart? { try channel.readInbound() }
}
