package import Model
internal import Monitoring
internal import NIOCore
package import NIOHTTP1

/// An error as a client sees it: `application/problem+json` of RFC 9457. The one place in which errors
/// become HTTP.
package struct Problem: Error, Sendable {
    /// The status code.
    package let status: HTTPResponseStatus
    /// What is wrong and what to do, in words that give away nothing of the inside.
    package let detail: String
    /// Further header fields, such as `Allow` or `Retry-After`.
    package var fields: [(name: String, value: String)] = []
    /// A word for programs, the same in every version.
    package var code: String
    /// The tier that is down, where that is the problem.
    package var dependency: String?
    /// Whether the request may have been carried out all the same; nil where the status says that it was not.
    var isOutcomeUnknown: Bool?
    /// Further members of the body, each with its JSON.
    var members: [(name: String, json: ByteBuffer)] = []

    /// A problem with its status and detail.
    ///
    /// - Parameter code: nil for the one that the status has.
    package init(_ status: HTTPResponseStatus, _ detail: String, code: String? = nil) {
        self.status = status
        self.detail = detail
        self.code = code ?? Self.code(of: status)
    }

    /// How long a client should wait before it asks again, in seconds.
    static let retryAfterSeconds = 1

    /// The problem that `error` is to a client. An error of an unknown kind says nothing of itself.
    package init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as StoreError: self.init(store: error)
        default: self.init(.internalServerError, "the server met an unexpected error; its log has more")
        }
    }

    private init(store error: StoreError) {
        let code = error.code
        switch error {
        case .invalid(let detail): self.init(.badRequest, detail, code: code)
        case .unknownItem(let item):
            self.init(.notFound, "there is no book with item number \(item)", code: code)
        case .keyReused:
            self.init(
                .unprocessableEntity,
                "this Idempotency-Key was used before for another request; use a new one", code: code)
        case .inProgress:
            self.init(
                .conflict,
                "a request with this Idempotency-Key is still being worked on; repeat it in a moment",
                code: code)
            fields = [("retry-after", String(Self.retryAfterSeconds))]
        case .conflict(let detail, let current):
            self.init(.conflict, detail, code: code)
            members = [Self.member(current)]
        case .changed(let detail, let current):
            self.init(.preconditionFailed, detail, code: code)
            members = [Self.member(current)]
        case .aboveLimit(let item, let price, let limit):
            self.init(
                .preconditionFailed,
                "book \(item) costs \(price) now, more than the \(limit) of cost_max; nothing was changed, and the same Idempotency-Key may be used with another cost_max",
                code: code)
            members = [("cost", ByteBuffer(string: #""\#(price)""#))]
        case .refusedLines(let lines, let count):
            self.init(.conflict, "\(count) lines were refused, and nothing was taken", code: code)
            members = Self.members(lines, count: count)
        case .unavailable(let tier, let reason, let outcomeUnknown):
            self.init(
                fault: "the \(tier) server \(reason.text)", code: code, isOutcomeUnknown: outcomeUnknown)
            dependency = tier
        case .unexpectedStatus(let status, let tier, let outcomeUnknown):
            self.init(
                fault: "the \(tier) server answered with status \(status)", code: code,
                isOutcomeUnknown: outcomeUnknown)
            dependency = tier
        case .overloaded(let overload, let tier):
            self.init(fault: overload.text(waitingFor: tier), code: code, isOutcomeUnknown: false)
        case .clientLeft:
            self.init(
                .requestTimeout, "the client ended its side of the connection before the answer was there",
                code: code)
        }
    }

    /// A fault of the store, which passes: the client may ask again.
    init(fault: String, code: String, isOutcomeUnknown: Bool) {
        let advice = "; the outcome is unknown: repeat the request with the same Idempotency-Key to learn it"
        self.init(.serviceUnavailable, isOutcomeUnknown ? fault + advice : fault, code: code)
        self.isOutcomeUnknown = isOutcomeUnknown
        fields = [("retry-after", String(Self.retryAfterSeconds))]
    }

    private static func member(_ current: [BookDetails]) -> (name: String, json: ByteBuffer) {
        var json = ByteBuffer()
        json.writeArray(current) { $0.writeBook($1) }
        return ("current", json)
    }

    private static func members(_ lines: [RefusedLine], count: Int) -> [(name: String, json: ByteBuffer)] {
        var json = ByteBuffer()
        json.writeArray(lines) { json, line in
            json.writeString(#"{"line":\#(line.line),"reason":"#)
            json.writeJSONString(line.reason)
            json.writeStaticString("}")
        }
        return [("lines", json), ("line_count", ByteBuffer(string: String(count)))]
    }

    /// The answer that tells the client of this problem.
    ///
    /// - Parameter key: the key of the purchase that met it, for the repetition.
    package func response(traceID: String, key: IdempotencyKey? = nil) -> TierResponse {
        var body = ByteBuffer()
        body.writeStaticString(#"{"type":"about:blank","title":"#)
        body.writeJSONString(status.reasonPhrase)
        body.writeString(#","status":\#(status.code),"detail":"#)
        body.writeJSONString(detail)
        body.writeStaticString(#","code":"#)
        body.writeJSONString(code)
        if let isOutcomeUnknown {
            body.writeString(#","outcome":"\#(isOutcomeUnknown ? "unknown" : "none")""#)
        }
        if let dependency {
            body.writeStaticString(#","dependency":"#)
            body.writeJSONString(dependency)
        }
        for (name, json) in members {
            body.writeString(#","\#(name)":"#)
            body.writeImmutableBuffer(json)
        }
        if let key {
            body.writeStaticString(#","idempotency_key":"#)
            body.writeJSONString(key.text)
        }
        body.writeString(#","trace_id":"\#(traceID)"}"#)
        var response = TierResponse(status, .problem, body: body)
        response.fields = fields
        return response
    }
}
