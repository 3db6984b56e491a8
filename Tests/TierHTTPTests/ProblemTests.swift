import Foundation
import Model
import Monitoring
import NIOCore
import NIOHTTP1
import TestSupport
import Testing

@testable import TierHTTP

@Suite struct ProblemTests {
    private func json(_ buffer: ByteBuffer) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(buffer.readableBytesView)) as? [String: Any])
    }

    @Test(arguments: [
        (StoreError.invalid("no"), 400, String?.none, String?.none),
        (.unknownItem(ItemNumber(parsing: "7")!), 404, nil, nil),
        (.keyReused, 422, nil, nil), (.importUndone, 422, nil, nil),
        (.inProgress, 409, nil, nil),
        (.unavailable(tier: "order", reason: .unreachable, outcomeUnknown: false), 503, "none", "order"),
        (.unavailable(tier: "order", reason: .unreachable, outcomeUnknown: true), 503, "unknown", "order"),
        (.unexpectedStatus(418, tier: "order", outcomeUnknown: true), 503, "unknown", "order"),
        (.overloaded(.changesWaiting), 503, "none", nil),
    ]) func storeErrors(error: StoreError, status: Int, outcome: String?, dependency: String?) throws {
        let response = Problem(error).response(traceID: "abc")
        #expect(response.status.code == UInt(status))
        #expect(response.contentType == .problem)
        #expect(response.fields.contains { $0.name == "retry-after" } == [409, 503].contains(status))
        let object = try json(response.body)
        #expect(object["status"] as? Int == status)
        #expect(object["type"] as? String == "about:blank")
        #expect(object["trace_id"] as? String == "abc")
        #expect(object["code"] as? String == error.code)
        #expect(object["outcome"] as? String == outcome)
        #expect(object["dependency"] as? String == dependency)
        #expect((object["detail"] as? String)?.isEmpty == false)
    }

    /// One table lists the cause and the remedy of every code.
    @Test func operatingTableListsEachFault() throws {
        let page = try String(contentsOfFile: Program.folder + "/docs/operating.md", encoding: .utf8)
        let rows = page.matches(of: /(?m)^\| [^|]+ \| `([a-z_]+)` \| [^|]+ \| [^|]+ \|$/).map { String($0.1) }
        #expect(Set(rows) == Set(StoreError.faultCodes + [Problem.internalCode]))
        #expect(Set(rows).count == rows.count)
    }

    @Test func explainsHowToResolveAnUnknownOutcome() throws {
        let error = StoreError.unavailable(tier: "order", reason: .unreachable, outcomeUnknown: true)
        #expect(Problem(error).detail.contains("outcome is unknown"))
        #expect(Problem(error).detail.contains("same Idempotency-Key"))
    }

    @Test(arguments: [
        (HTTPResponseStatus.notFound, "not_found"), (.unauthorized, "unauthorized"), (.badRequest, "invalid"),
    ]) func aStatusHasACode(status: HTTPResponseStatus, code: String) throws {
        let object = try json(Problem(status, "no").response(traceID: "").body)
        #expect(object["code"] as? String == code)
        #expect(object["outcome"] == nil)
    }

    @Test func anUnexpectedErrorGivesNothingAway() throws {
        #expect(Problem(SecretError()).code == "internal")
        let response = Problem(SecretError()).response(traceID: "")
        #expect(response.status == .internalServerError)
        #expect(!String(buffer: response.body).contains("SELECT"))
        #expect(!String(buffer: response.body).contains("secrets"))
    }

    @Test func aProblemStaysItself() {
        var problem = Problem(.methodNotAllowed, "no")
        problem.fields = [("allow", "GET")]
        #expect(Problem(problem).status == .methodNotAllowed)
        #expect(Problem(problem).fields.first?.value == "GET")
    }

    @Test(arguments: [
        "", "plain", "a \"quoted\" word", "back\\slash", "line\nbreak\r\ttab", "\u{0}\u{1}\u{1F}\u{7F}",
        "Ünïcödé 📚",
        "\u{2028}</script>", "\u{FFFD}",
    ]) func jsonStrings(text: String) throws {
        var buffer = ByteBuffer(string: "[")
        buffer.writeJSONString(text)
        buffer.writeString("]")
        let array = try JSONSerialization.jsonObject(with: Data(buffer.readableBytesView)) as? [String]
        #expect(array == [text])
    }

    @Test(arguments: [
        (#"{"result":"Success"}"#, true), (#"{"result":"Failed"}"#, false),
        (#" { "result" : "Success" } "#, true),
        (#"{"x":1,"result":"Failed"}"#, false),
    ]) func resultBodies(body: String, isSuccess: Bool) {
        #expect(ResultBody.isSuccess(ByteBuffer(string: body)) == isSuccess)
    }

    @Test(arguments: [
        "", "{}", "null", #"{"result":true}"#, #"{"result":"success"}"#, #"{"result":"Success"#, "[]",
    ])
    func noResultBodies(body: String) {
        #expect(ResultBody.isSuccess(ByteBuffer(string: body)) == nil)
    }
}
