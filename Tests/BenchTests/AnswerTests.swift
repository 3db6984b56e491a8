import NIOCore
import Testing

@testable import Bench

@Suite struct AnswerCheckTests {
    private func verdict(_ operation: BenchOperation, _ body: String, status: Int = 200) -> AnswerVerdict {
        AnswerCheck.verdict(operation, status: status, body: ByteBuffer(string: body))
    }

    @Test func acceptsAnswersOfTheContract() {
        #expect(verdict(.buy, #"{"result":"Success"}"#) == .good)
        #expect(verdict(.buy, "{\n  \"result\": \"Failed\"\n}\n") == .soldOut)
        #expect(verdict(.lookup, #"{"result":{"item_number":"1"}}"#) == .good)
        #expect(verdict(.search, "{\n \"result\" : []}\n") == .good)
        #expect(verdict(.lookup, "{}", status: 503) == .refused)
        #expect(verdict(.lookup, "slow down", status: 429) == .refused)
        #expect(verdict(.lookup, "{}", status: 404) == .status(404))
    }

    @Test(arguments: [
        "", "<html>", "{", "}", "[]", "{}", #"{"error":"x"}"#, #"["result"]"#, #"{"result":"#,
    ])
    func knowsNonsense(body: String) {
        for operation in BenchOperation.allCases { #expect(verdict(operation, body) == .nonsense) }
    }

    @Test func readsFoundItems() {
        let found = ByteBuffer(
            string: #"{"result":[{"item_number":"1","title":"A"},{"item_number":"2","title":"B"}]}"#)
        #expect(AnswerCheck.foundItems(found) == ["1", "2"])
        #expect(AnswerCheck.foundItems(ByteBuffer(string: #"{"result":[]}"#)) == [])
        for text in [
            #"{"result":{}}"#, #"{"result":[{"item_number":1,"title":"A"}]}"#, #"{"result":[3]}"#, "x",
        ] {
            #expect(AnswerCheck.foundItems(ByteBuffer(string: text)) == nil)
        }
        let book = #"{"result":{"item_number":"1","title":"A","type":"t","cost":"10","stock":3}}"#
        #expect(AnswerCheck.stock(ByteBuffer(string: book)) == 3)
        #expect(AnswerCheck.stock(ByteBuffer(string: #"{"result":{"stock":3}}"#)) == nil)
    }

    @Test func quotesTheStartOnOneLine() {
        #expect(AnswerCheck.excerpt(ByteBuffer(string: "a\r\nb\tc")) == "a b c")
        let long = AnswerCheck.excerpt(ByteBuffer(repeating: UInt8(ascii: "x"), count: 500))
        #expect(long.count == 121 && long.hasSuffix("…"))
    }
}

@Suite struct ServerTimingTests {
    private func read(_ field: String) -> [String] {
        var entries: [String] = []
        Array(field.utf8).withUnsafeBytes { bytes in
            ServerTiming.read(bytes) { entries.append("\(String(decoding: $0, as: UTF8.self)) \($1)") }
        }
        return entries
    }

    @Test func readsEachEntry() {
        #expect(
            read("order;dur=1.32, catalog-query;dur=0.21,catalog-update;dur=12")
                == ["order 1320000", "catalog-query 210000", "catalog-update 12000000"])
        #expect(read(#"db;desc="a b";dur=.5 , cache"#) == ["db 500000"])
        #expect(read("a; dur = 0.0000015") == ["a 1"])
    }

    @Test(arguments: [
        "", ",,,", "a", "a;dur", "a;dur=", "a;dur=x", "a;dur=-1", ";dur=1", "a;dur=1.2.3", "a;dur=1e3",
    ])
    func passesOverWhatItCannotRead(field: String) { #expect(read(field).isEmpty) }

    @Test func hasABound() {
        let many = (0..<100).map { "m\($0);dur=1" }.joined(separator: ",")
        #expect(read(many).count == ServerTiming.entryCountMax)
        #expect(read("a;dur=99999999999999999999").isEmpty)
    }
}

@Suite struct LatencyRecorderTests {
    @Test func summarizes() throws {
        var recorder = LatencyRecorder()
        #expect(recorder.summary == nil)
        for micros in 1...1_000 { recorder.record(UInt64(micros) * 1_000) }
        let summary = try #require(recorder.summary)
        #expect(summary.count == 1_000)
        #expect(abs(summary.mean - 0.5005) < 1e-9)
        #expect(abs(summary.p50 - 0.5) < 0.002)
        #expect(abs(summary.p99 - 0.99) < 0.002)
        #expect(summary.max == 1)
        #expect(summary.p999 <= summary.max && summary.p99 <= summary.p999)
        let percentiles = summary.curve.map(\.percentile)
        #expect(percentiles == percentiles.sorted() && percentiles.last == 100)
        // A thousand samples are too few for the 99.99th percentile.
        #expect(!percentiles.contains(99.99) && percentiles.contains(99.9))
        let times = summary.curve.map(\.millis)
        #expect(times == times.sorted())
    }

    @Test func joinsWithoutLoss() throws {
        var one = LatencyRecorder()
        var two = LatencyRecorder()
        var both = LatencyRecorder()
        for nanos: UInt64 in [90_000, 1_234_567, 88] {
            one.record(nanos)
            both.record(nanos)
        }
        for nanos: UInt64 in [5_000_000_000, 3] {
            two.record(nanos)
            both.record(nanos)
        }
        one.add(two)
        one.add(LatencyRecorder())
        #expect(one.summary == both.summary)
    }

    @Test func limitsTheLongestLatency() throws {
        var recorder = LatencyRecorder()
        recorder.record(.max)
        #expect(try #require(recorder.summary).max == 120_000)
    }
}
