import Testing

@testable import TierHTTP

/// Splitting a stream of requests, without sockets.
@Suite struct RequestFramingTests {
    /// The result for a text in pieces of `pieceLength` bytes, with a parser that trusts the given lengths.
    private func run(_ requests: [(text: String, body: RequestCheck.Body)], by pieceLength: Int) -> UInt? {
        var framing = RequestFraming()
        var ends: [Int] = []
        var heads: [Int] = []
        var all: [UInt8] = []
        for request in requests {
            let bytes = Array(request.text.utf8)
            let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)).map { $0.upperBound } ?? bytes.count
            heads.append(all.count + head)
            all += bytes
            ends.append(all.count)
        }
        var done = 0
        for start in stride(from: 0, to: all.count, by: pieceLength) {
            let end = min(start + pieceLength, all.count)
            while done < end {
                let step = all[done..<end].withUnsafeBytes { framing.next($0) }
                guard case .pass(let count) = step else {
                    guard case .refuse(let problem) = step else { return 0 }
                    return problem.status.code
                }
                done += count
                // No piece reaches into the next request.
                guard count > 0, !ends.contains(where: { $0 > done - count && $0 < done }) else { return 1 }
                let current = requests.indices.first { done >= heads[$0] && done < ends[$0] }
                framing.parsed(current.map { requests[$0].body })
            }
        }
        // Between requests the next line is a first line.
        let probe = Array("GET / RTSP/1.0\r\n".utf8).withUnsafeBytes { framing.next($0) }
        if case .refuse = probe { return nil } else { return 2 }
    }

    private static let get = ("GET /a?RTSP/1.0 HTTP/1.1\r\nHost: RTSP/1.0\r\n\r\n", RequestCheck.Body.none)
    private static let post = (
        "POST /a HTTP/1.1\r\nContent-Length: 16\r\n\r\nG / RTSP/1.0\r\n\r\n", RequestCheck.Body.length(16)
    )
    private static let chunked = (
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n10;a=\"b\"\r\nG / RTSP/1.0\r\n\r\n\r\n0\r\nT: v\r\n\r\n",
        RequestCheck.Body.chunked
    )

    @Test(arguments: [1, 2, 3, 7, 16, 1000])
    func requestsOfEveryKindPassWhole(pieceLength: Int) {
        let all = [
            Self.get, Self.post, Self.chunked, ("\r\n" + Self.get.0, .none), Self.chunked, Self.post,
            Self.get,
        ]
        #expect(run(all, by: pieceLength) == nil)
    }

    @Test(arguments: [1, 2, 5, 13, 1000])
    func otherProtocolsAreRefusedWhereverTheyStand(pieceLength: Int) {
        for line in ["GET / RTSP/1.0", "OPTIONS * RTSP/1.0", "SOURCE /s ICE/1.0", "GET /  RTSP/1.0"] {
            let other = (line + "\r\nHost: h\r\n\r\n", RequestCheck.Body.none)
            for before in [[], [Self.get], [Self.post, Self.chunked]] {
                #expect(run(before + [other], by: pieceLength) == 505)
            }
        }
    }

    @Test(arguments: [1, 100, 10_000])
    func limitsChunkExtensions(pieceLength: Int) {
        let head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        func chunks(_ count: Int, extensionBytes: Int) -> (String, RequestCheck.Body) {
            let chunk = "1;" + String(repeating: "x", count: extensionBytes - 1) + "\r\na\r\n"
            return (head + String(repeating: chunk, count: count) + "0\r\n\r\n", .chunked)
        }
        #expect(run([chunks(1, extensionBytes: ChunkedBody.extensionBytesMax)], by: pieceLength) == nil)
        #expect(run([chunks(1, extensionBytes: ChunkedBody.extensionBytesMax + 1)], by: pieceLength) == 400)
        #expect(run([chunks(40, extensionBytes: 100)], by: pieceLength) == nil)
        #expect(run([chunks(41, extensionBytes: 100)], by: pieceLength) == 400)
    }

    /// Invalid chunks are passed to the parser unchanged, and no size causes an overflow.
    @Test func leavesInvalidChunksToTheParser() {
        for text in [
            "FFFFFFFFFFFFFFFFFFFFFF\r\n", "7FFFFFFFFFFFFFFF\r\nabc", "zz\r\n", "-1\r\n", "\r\n\r\n", "",
        ] {
            let request = (
                "POST /a HTTP/1.1\r\n\r\n" + text + String(repeating: "x", count: 100),
                RequestCheck.Body.chunked
            )
            #expect(run([request], by: 5) == nil || run([request], by: 5) == 2)
        }
    }
}
