import Foundation
import Monitoring
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import TierHTTP

/// Compressed answers, and answers that a client has cached.
@Suite struct CodingTests {
    @Test(arguments: [
        (["gzip"], true), (["gzip, deflate, br, zstd"], true), (["GZIP"], true), (["x-gzip"], true),
        (["*"], true),
        (["deflate", "gzip"], true), (["gzip;q=0.5"], true), (["gzip; Q=0.001"], true),
        (["gzip\t;\tq=1.000"], true),
        (["identity;q=0, *"], true), (["identity;q=0.5, gzip;q=0.5"], true), (["br, *;q=0.1"], true),
        (["gzip;q=0.5, identity;q=0.1"], true), (["", "gzip,"], true),
        ([], false), ([""], false), (["identity"], false), (["br"], false), (["gzip;q=0"], false),
        (["gzip;q=0.000"], false), (["*;q=0"], false), (["gzip;q=0, *"], false), (["*, gzip;q=0"], false),
        (["identity;q=0.9, gzip;q=0.8"], false), (["identity, gzip;q=0.999"], false), (["gzipped"], false),
        // A malformed field does not request compression.
        (["gzip;q=2"], false), (["gzip;q=-1"], false), (["gzip;q=1.001"], false), (["gzip;q=0.1234"], false),
        (["gzip;q"], false), (["gzip;q="], false), (["gzip;x=1"], false), (["gzip;q=NaN"], false),
        ([";"], false),
    ])
    func takesWhatIsTaken(fields: [String], takesGzip: Bool) {
        #expect(AcceptEncoding(fields).takesGzip == takesGzip)
    }

    @Test func compressesWithoutLoss() throws {
        let texts = [
            String(repeating: "a", count: 1_024), String(repeating: "line of text\n", count: 100_000),
            (0..<5_000).map { "metric{route=\"/\($0)\"} \($0 * $0)\n" }.joined(),
        ]
        for text in texts {
            for effort in [Gzip.Effort.once, .often] {
                let gzipped = try #require(Gzip.compressed(ByteBuffer(string: text), effort))
                #expect(gzipped.readableBytes < text.utf8.count)
                #expect(try gunzip(Array(gzipped.readableBytesView)) == Array(text.utf8))
            }
        }
    }

    @Test func doesNotCompressWithoutGain() {
        var random = SystemRandomNumberGenerator()
        let noise = (0..<5_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        for body in [
            ByteBuffer(), ByteBuffer(repeating: 97, count: Gzip.byteCountMin - 1), ByteBuffer(bytes: noise),
        ] {
            #expect(Gzip.compressed(body, .once) == nil)
        }
        #expect(Gzip.compressed(ByteBuffer(repeating: 97, count: Gzip.byteCountMax + 1), .once) == nil)
    }

    @Test(arguments: [
        (["W/\"abc\""], true), (["\"abc\""], true), (["*"], true), (["\"x\", W/\"abc\" , \"y\""], true),
        (["\"x\"", "\"abc\""], true), ([], false), ([""], false), (["abc"], false), (["W/\"ABC\""], false),
        (["\"abc"], false), (["w/\"abc\""], false), (["\"abcd\""], false),
    ])
    func knowsTags(fields: [String], isNamed: Bool) {
        #expect(EntityTag.isNamed("W/\"abc\"", in: fields) == isNamed)
    }

    @Test(arguments: ["/docs", "/openapi.json"]) func sendsItsDescriptionsSmallAndOnce(target: String)
        async throws
    {
        try await withServer { server in
            let plain = try request("GET", target, port: server.port)
            #expect(plain.headers["content-encoding"] == nil && plain.headers["vary"] == "accept-encoding")
            #expect(plain.headers["cache-control"] == "no-cache")
            let gzipped = try request("GET", target, port: server.port, headers: ["Accept-Encoding": "gzip"])
            #expect(
                gzipped.headers["content-encoding"] == "gzip" && gzipped.headers["vary"] == "accept-encoding")
            #expect(gzipped.bytes.count < plain.bytes.count / 2)
            #expect(try gunzip(gzipped.bytes) == plain.bytes)
            let tag = try #require(plain.headers["etag"])
            #expect(tag.hasPrefix("W/\"") && gzipped.headers["etag"] == tag)
            for fields in [["If-None-Match": tag], ["If-None-Match": "*", "Accept-Encoding": "gzip"]] {
                for method in ["GET", "HEAD"] {
                    let text = try rawAnswer(method, target, fields, port: server.port)
                    #expect(
                        text.hasPrefix("HTTP/1.1 304 Not Modified\r\n") && text.hasSuffix("\r\n\r\n"),
                        "\(text)")
                    #expect(text.contains("etag: \(tag)") && text.contains("vary: accept-encoding"))
                }
            }
            let other = try request("GET", target, port: server.port, headers: ["If-None-Match": "\"x\""])
            #expect(other.status == 200 && other.bytes == plain.bytes)
            let head = try rawAnswer("HEAD", target, ["Accept-Encoding": "gzip"], port: server.port)
            #expect(head.contains("content-encoding: gzip") && head.hasSuffix("\r\n\r\n"))
            #expect(head.contains("content-length: \(gzipped.bytes.count)\r\n"))
            // A connection continues after an answer without a body.
            let connection = try server.connect()
            try connection.send(get(target, "If-None-Match: \(tag)") + get("/livez", "Connection: close"))
            let both = try connection.receiveAll()
            #expect(both.hasPrefix("HTTP/1.1 304 ") && both.contains("\r\n\r\nHTTP/1.1 200 OK"), "\(both)")
        }
    }

    @Test func compressesMetricsOnRequest() async throws {
        try await withServer { server in
            let plain = try request("GET", "/metrics", port: server.port)
            #expect(plain.headers["content-encoding"] == nil && plain.headers["vary"] == "accept-encoding")
            #expect(plain.headers["cache-control"] == "no-store" && plain.body.contains("# TYPE "))
            let gzipped = try request(
                "GET", "/metrics", port: server.port, headers: ["Accept-Encoding": "gzip;q=1.0,*;q=0.5"])
            #expect(
                gzipped.headers["content-encoding"] == "gzip" && gzipped.headers["vary"] == "accept-encoding")
            let text = String(decoding: try gunzip(gzipped.bytes), as: UTF8.self)
            #expect(text.contains("# TYPE ") && text.utf8.count > gzipped.bytes.count * 3)
        }
    }

    /// The heads of the contract's answers, byte for byte.
    @Test func hotAnswersAreUnchanged() async throws {
        var buffer = ByteBuffer()
        TierResponse.result(isSuccess: true).write(
            to: &buffer, date: "D", times: CallTimes(), total: .zero, isHead: false, persistence: .kept)
        #expect(
            String(buffer: buffer)
                == "HTTP/1.1 200 OK\r\nserver: bookstore/1\r\ncache-control: no-store\r\ndate: D\r\n"
                + "content-type: application/json; charset=utf-8\r\ncontent-length: 20\r\n"
                + "server-timing: total;dur=0.000\r\n\r\n{\"result\":\"Success\"}")
        try await withServer { server in
            let reply = try request(
                "GET", "/big?bytes=5000", port: server.port,
                headers: ["Accept-Encoding": "gzip", "If-None-Match": "*"])
            #expect(reply.status == 200 && reply.headers["content-encoding"] == nil)
            #expect(reply.headers["etag"] == nil && reply.headers["vary"] == nil)
            #expect(reply.headers["x-content-type-options"] == nil && reply.bytes.count == 5_000)
        }
    }

    private func rawAnswer(
        _ method: String, _ target: String, _ fields: [String: String], port: Int
    ) throws -> String {
        let connection = try RawConnection(port: port)
        let lines = fields.map { "\($0): \($1)\r\n" }.joined()
        try connection.send("\(method) \(target) HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\(lines)\r\n")
        return try connection.receiveAll()
    }
}
