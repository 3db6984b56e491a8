import NIOCore
import Testing

@testable import Bench

@Suite struct ResponseReaderTests {
    private static let whole = [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nServer: a b \r\nServer-Timing: x;dur=1\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nserver:a b\r\nTRANSFER-ENCODING: Chunked\r\nserver-timing:x;dur=1\r\n\r\n"
            + "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\nserver: a b\nserver-timing: x;dur=1\nContent-Length: 5\n\nhello",
    ]

    /// The network may split a response anywhere.
    @Test(arguments: whole) func readsAnAnswerCutAnywhere(text: String) throws {
        let bytes = Array(text.utf8)
        for cut in 0...bytes.count {
            var reader = ResponseReader()
            var answers: [ResponseReader.Answer] = []
            for part in [bytes[..<cut], bytes[cut...]] where !part.isEmpty {
                if let answer = try reader.receive(ByteBuffer(bytes: part)) { answers.append(answer) }
            }
            try check(answers, "cut at \(cut)")
        }
        var reader = ResponseReader()
        var answers: [ResponseReader.Answer] = []
        for byte in bytes {
            if let answer = try reader.receive(ByteBuffer(bytes: [byte])) { answers.append(answer) }
        }
        try check(answers, "byte by byte")
    }

    private func check(_ answers: [ResponseReader.Answer], _ how: Comment) throws {
        let answer = try #require(answers.first, how)
        #expect(answers.count == 1 && answer.status == 200 && !answer.isLast, how)
        #expect(String(buffer: answer.body) == "hello", how)
        #expect(answer.server.map { String(buffer: $0) } == "a b", how)
        #expect(answer.serverTiming.map { String(buffer: $0) } == "x;dur=1", how)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false),
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: foo, Close\r\n\r\n", true),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", true),
        ("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: Keep-Alive\r\n\r\n", false),
        ("HTTP/1.1 204 No Content\r\n\r\n", false),
        // No request belongs to what follows.
        ("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n", true),
    ])
    func knowsWhetherTheConnectionGoesOn(text: String, isLast: Bool) throws {
        var reader = ResponseReader()
        let answer = try reader.receive(ByteBuffer(string: text))
        #expect(try #require(answer).isLast == isLast)
    }

    @Test func readsUntilTheConnectionEnds() throws {
        var reader = ResponseReader()
        for part in ["HTTP/1.0 200 OK\r\n\r\nhel", "lo"] {
            let early = try reader.receive(ByteBuffer(string: part))
            #expect(early == nil)
        }
        let answer = reader.end()
        #expect(answer.map { String(buffer: $0.body) } == "hello" && answer?.isLast == true)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"])
    func anAnswerThatBreaksOffIsNone(text: String) throws {
        var reader = ResponseReader()
        _ = try reader.receive(ByteBuffer(string: text))
        let answer = reader.end()
        #expect(answer == nil)
    }

    @Test func joinsSeveralTimings() throws {
        var reader = ResponseReader()
        let text =
            "HTTP/1.1 200 OK\r\nServer-Timing: a;dur=1\r\nServer-Timing: b;dur=2\r\nContent-Length: 0\r\n\r\n"
        let answer = try reader.receive(ByteBuffer(string: text))
        #expect(answer?.serverTiming.map { String(buffer: $0) } == "a;dur=1, b;dur=2")
    }

    @Test(arguments: [
        ("SSH-2.0-OpenSSH\r\n", "not HTTP: SSH-2.0-OpenSSH"), ("\0", "not HTTP"),
        ("HTTP/2 200 OK\r\n", "not HTTP"),
        ("HTTP/1.1 xx OK\r\n", "not HTTP"), ("HTTP/1.1 20 OK\r\n", "not HTTP"), ("HTTP/1.1\r\n", "not HTTP"),
        ("HTTP/1.1 200 OK\r\nnonsense\r\n", "without a colon"),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "Content-Length that is no number"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n", "too large"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", "two lengths"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", "not chunked"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "a chunk without a size"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n", "a chunk without a size"),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabcd", "longer than it says"),
    ])
    func saysWhatIsNoAnswer(text: String, reason: String) {
        var reader = ResponseReader()
        let fault = #expect(throws: ResponseReader.FormatFault.self) {
            _ = try reader.receive(ByteBuffer(string: text))
        }
        #expect(fault?.reason.contains(reason) == true, "\(fault?.reason ?? "")")
    }

    @Test func limitsTheHead() throws {
        var reader = ResponseReader()
        _ = try reader.receive(ByteBuffer(string: "HTTP/1.1 200 OK\r\n"))
        let field = "a: " + String(repeating: "x", count: 10_000) + "\r\n"
        #expect(throws: ResponseReader.FormatFault(reason: "a head without an end")) {
            for _ in 0..<10 { _ = try reader.receive(ByteBuffer(string: field)) }
        }
    }
}
