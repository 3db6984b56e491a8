import TestSupport
import Testing

/// Checks that an answer is a success with exactly these bytes.
func expectJSON(
    _ reply: RawReply, _ body: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(reply.status == 200, sourceLocation: sourceLocation)
    #expect(
        reply.headers["content-type"] == "application/json; charset=utf-8", sourceLocation: sourceLocation)
    #expect(reply.body == body, sourceLocation: sourceLocation)
}

/// Checks that an answer is a problem as in RFC 9457, and that it reveals nothing internal.
func expectProblem(
    _ reply: RawReply, _ status: Int, mentions words: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(reply.status == status, "\(reply.body)", sourceLocation: sourceLocation)
    #expect(reply.headers["content-type"] == "application/problem+json", sourceLocation: sourceLocation)
    #expect(reply.json["status"] as? Int == status, sourceLocation: sourceLocation)
    #expect(reply.json["type"] as? String == "about:blank", sourceLocation: sourceLocation)
    #expect((reply.json["title"] as? String)?.isEmpty == false, sourceLocation: sourceLocation)
    #expect((reply.json["code"] as? String)?.isEmpty == false, sourceLocation: sourceLocation)
    let detail = reply.json["detail"] as? String ?? ""
    #expect(
        words.isEmpty ? !detail.isEmpty : detail.contains(words), "\(reply.body)",
        sourceLocation: sourceLocation)
    for secret in ["SQL", "sqlite", ".swift", "/tmp", "127.0.0.1", "Error"] {
        #expect(!reply.body.contains(secret), "\(reply.body)", sourceLocation: sourceLocation)
    }
}

let successBody = #"{"result":"Success"}"#
let failedBody = #"{"result":"Failed"}"#
