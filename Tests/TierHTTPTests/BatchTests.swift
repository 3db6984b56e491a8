import Model
import Monitoring
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import TierHTTP

/// Several requests in one message between our own tiers.
@Suite struct BatchTests {
    @Test func requestsOfOneTickTravelTogether() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                try await expect(client.send("/echo?text=first"), is: #"{"text":"first"}"#)
                let calls = try await client.startTogether((0..<600).map { "/echo?text=\($0)" })
                for (number, call) in calls.enumerated() {
                    try await expect(String(buffer: call.get().body), is: #"{"text":"\#(number)"}"#)
                }
                #expect(server.count("/echo") == 601)
                // A full batch does not wait for the end of the tick.
                #expect(server.count("/batch") == 600 / BatchWire.gatheredCountMax + 1)
                #expect(client.inFlight == 0)
                #expect(server.inFlight == 0)
            }
        }
    }

    @Test func aSingleRequestKeepsThePlainForm() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                let call = try await client.startTogether(["/echo?text=second"])[0]
                try await expect(String(buffer: call.get().body), is: #"{"text":"second"}"#)
                #expect(server.count("/batch") == 0)
            }
        }
    }

    @Test func eachRequestKeepsItsOwnFields() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                let calls = try await client.startTogether(
                    ["/key", "/nowhere", "/fault?kind=unavailable", "/broken"])
                let answers = try await [calls[0].get(), calls[1].get(), calls[2].get(), calls[3].get()]
                #expect(answers.map(\.status.code) == [200, 404, 503, 500])
                #expect(answers[2].fields.first(name: "retry-after") == "1")
                let keyed = try await client.startTogether(["/key", "/key"], method: .POST, key: "k-1")
                let both = try await [keyed[0].get(), keyed[1].get()]
                #expect(both.map { String(buffer: $0.body) } == [#"{"key":"k-1"}"#, #"{"key":"k-1"}"#])
                let traces = both.map { $0.fields.first(name: "trace") ?? "" }
                #expect(traces[0].count == 32 && traces[0] != traces[1])
                #expect(both.allSatisfy { $0.peer == .bookstore })
            }
        }
    }

    @Test func readsDoNotWaitForChanges() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                let slot = client.loops.slots[0]
                let calls = [
                    client.call("/hold?name=a", .POST, mayBatch: true),
                    client.call("/echo?text=c", .GET, mayBatch: true),
                    client.call("/hold?name=b", .POST, mayBatch: true),
                    client.call("/echo?text=d", .GET, mayBatch: true),
                ]
                let answers = try await slot.eventLoop.submit {
                    calls.map { client.client.send($0, on: slot) }
                }.get()
                // The changes were sent first, and are not answered yet.
                try await expect(String(buffer: answers[1].get().body), is: #"{"text":"c"}"#)
                try await expect(String(buffer: answers[3].get().body), is: #"{"text":"d"}"#)
                try await eventually("the changes wait") { server.gates.names == ["a", "b"] }
                #expect(server.count("/batch") == 1)
                server.gates.openAll()
                for answer in answers { #expect(try await answer.get().status == .ok) }
                #expect(server.count("/batch") == 2)
            }
        }
    }

    @Test func aReadThatGoesWithChangesCountsItsOwnTime() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                let slot = client.loops.slots[0]
                var read = client.call("/echo?text=c", .GET, mayBatch: true)
                read.goesWithChanges = true
                var change = client.call("/hold?name=a", .POST, mayBatch: true)
                let (readTimes, changeTimes) = (CallTimes(), CallTimes())
                (read.times, change.times) = (readTimes, changeTimes)
                let calls = [read, change]
                let answers = try await slot.eventLoop.submit {
                    calls.map { client.client.send($0, on: slot) }
                }.get()
                try await eventually("the change waits") { server.gates.names == ["a"] }
                server.gates.openAll()
                for answer in answers { #expect(try await answer.get().status == .ok) }
                #expect(server.count("/batch") == 1)
                let (own, whole) = (try milliseconds(readTimes), try milliseconds(changeTimes))
                #expect(own < whole, "\(own) of \(whole) ms")
            }
        }
    }

    /// The time of the only call that was noted.
    private func milliseconds(_ times: CallTimes) throws -> Double {
        var text = ByteBuffer()
        times.writeCalls(to: &text)
        let value = String(buffer: text).split(separator: "=").last
        return try #require(value.flatMap { Double($0) })
    }

    @Test func aPeerWithoutBatchesGetsPlainRequests() async throws {
        try await withServer(takesBatches: false) { server in
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                for _ in 0..<2 {
                    let calls = try await client.startTogether((0..<5).map { "/echo?text=\($0)" })
                    for (number, call) in calls.enumerated() {
                        try await expect(String(buffer: call.get().body), is: #"{"text":"\#(number)"}"#)
                    }
                }
                // Only one batch is tried and refused.
                #expect(server.count("other") == 1)
                #expect(server.count("/echo") == 11)
            }
        }
    }

    @Test func anotherProgramNeverSeesABatch() async throws {
        let peer = try TestPeer { answer(target($0)) }
        try await withClient(peer.port) { client in
            try await expect(client.send("/first"), is: "/first")
            let calls = try await client.startTogether((0..<20).map { "/\($0)" })
            for (number, call) in calls.enumerated() {
                try await expect(String(buffer: call.get().body), is: "/\(number)")
            }
            #expect(!peer.lines.contains { $0.contains("batch") })
        }
        peer.listener.close()
    }

    @Test func theBatchShowsTheTokenForAll() async throws {
        let token = try BearerToken(parsing: "0123456789abcdef")
        try await withServer(token: token) { server in
            try await withClient(server.port, token: token) { client in
                _ = try await client.send("/echo?text=first")
                let calls = try await client.startTogether(["/guarded", "/guarded"])
                for call in calls { #expect(try await call.get().status == .ok) }
            }
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                let calls = try await client.startTogether(["/guarded", "/guarded"])
                for call in calls { #expect(try await call.get().status == .unauthorized) }
            }
            #expect(server.count("/batch") == 2)
        }
    }

    @Test(arguments: [
        "", "\n", "GET /echo?text=a\n", "GET  00-\n", "GET /echo?text=a 00-x-y-01\n",
        "GET /echo?text=a 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "GET /echo?text=a 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 k k\n",
    ])
    func aMalformedBatchIsRefusedWhole(body: String) async throws {
        try await withServer { server in
            let connection = try server.connect()
            let good = "GET /echo?text=a 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n"
            let whole = body.isEmpty ? body : good + body
            try connection.send(
                "POST /batch HTTP/1.1\r\nHost: a\r\nContent-Length: \(whole.utf8.count)\r\n\r\n\(whole)")
            let head = String(decoding: try connection.receive(), as: UTF8.self)
            #expect(head.hasPrefix("HTTP/1.1 400 "))
            #expect(server.count("/echo") == 0)
        }
    }

    /// The rules of a request line also hold in a batch. Otherwise invalid text would reach the logs.
    @Test(arguments: [
        "GE\u{1B}T /echo?text=a", "GET /echo?text=\u{1B}[2J", "GET /echo?text=a\rforged", "GET /echo?text=ü",
        "GET /echo?text=\u{7F}", "GET echo?text=a", "G(T /echo?text=a", "\u{1} /echo?text=a",
        String(repeating: "G", count: 100) + " /echo?text=a",
    ])
    func anEntryObeysTheRulesOfARequestLine(start: String) {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        #expect(BatchWire.entries(in: ByteBuffer(string: "\(start) \(trace)\n")) == nil)
        #expect(BatchWire.entries(in: ByteBuffer(string: "GET /echo?text=a \(trace) k\u{1B}\n")) == nil)
        #expect(BatchWire.entries(in: ByteBuffer(string: "M-SEARCH /echo?text=a \(trace) k\n"))?.count == 1)
    }

    /// 21 KB that asked for 250 long topics took 4.8 GiB and the process.
    @Test func aBatchLimitsItsTotalResponseSize() async throws {
        try await withServer { server in
            let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            for target in ["/big?bytes=33554432", "/wide?bytes=1048576"] {
                let body = String(repeating: "GET \(target) \(trace)\n", count: 250)
                let reply = try request("POST", "/batch", port: server.port, body: body)
                #expect(reply.status == 200 && reply.body.utf8.count < 250 * 1024)
                #expect(reply.body.components(separatedBy: "413\t").count == 251)
            }
        }
    }

    @Test func repeatsTooLongResponsesAlone() async throws {
        try await withServer { server in
            try await withClient(server.port) { client in
                _ = try await client.send("/echo?text=first")
                let calls = try await client.startTogether(
                    ["/echo?text=a", "/big?bytes=1048576", "/wide?bytes=100000", "/echo?text=b"])
                try await expect(String(buffer: calls[0].get().body), is: #"{"text":"a"}"#)
                try await expect(calls[1].get().body.readableBytes, is: 1_048_576)
                try await expect(calls[2].get().body.readableBytes, is: 100_000)
                try await expect(String(buffer: calls[3].get().body), is: #"{"text":"b"}"#)
                #expect(server.count("/batch") == 1)
            }
        }
    }

    @Test func aBatchNeedsTheToken() async throws {
        let token = try BearerToken(parsing: "0123456789abcdef")
        try await withServer(token: token) { server in
            let body = "GET /echo?text=a 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n"
            let refused = try request("POST", "/batch", port: server.port, body: body)
            #expect(refused.status == 401)
            #expect(server.count("/echo") == 0)
            let headers = ["Authorization": "Bearer 0123456789abcdef"]
            let taken = try request("POST", "/batch", port: server.port, headers: headers, body: body)
            #expect(taken.status == 200)
            #expect(server.count("/echo") == 1)
        }
    }

    @Test func aBatchOfTooManyIsRefused() throws {
        let line = "GET /a 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\n"
        let most = String(repeating: line, count: BatchWire.entryCountMax)
        #expect(BatchWire.entries(in: ByteBuffer(string: most))?.count == BatchWire.entryCountMax)
        #expect(BatchWire.entries(in: ByteBuffer(string: most + line)) == nil)
    }

    @Test(arguments: [
        "200\t2\n{}", "200\t2\n{}200\t3\n{}", "99\t0\n200\t0\n", "200\n200\t0\n", "200\t-1\n200\t0\n",
        "200\t0\ta\n200\t0\n", "200\t0\n200\t0\n200\t0\n", "200\t0\n200\t0",
    ])
    func rejectsAMalformedBatchResponse(text: String) {
        #expect(BatchWire.answers(in: ByteBuffer(string: text), count: 2) == nil)
    }

    @Test func splitsABatchIntoAnswers() throws {
        let text = "200\t2\ta\tb c\tserver-timing\tx;dur=1, y;dur=2\n{}503\t0\tretry-after\t1\n"
        let answers = try #require(BatchWire.answers(in: ByteBuffer(string: text), count: 2))
        #expect(answers.map(\.status.code) == [200, 503])
        #expect(String(buffer: answers[0].body) == "{}")
        #expect(answers[0].fields.first(name: "server-timing") == "x;dur=1, y;dur=2")
        #expect(answers[1].fields.first(name: "retry-after") == "1")
    }
}
