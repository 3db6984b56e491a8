package import Model
internal import Monitoring
package import NIOCore
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
    package var isOutcomeUnknown: Bool?
    /// Further members of the body, each with its JSON.
    package var members: [(name: String, json: ByteBuffer)] = []

    /// A problem with its status and detail.
    ///
    /// - Parameter code: nil for the one that the status has.
    package init(_ status: HTTPResponseStatus, _ detail: String, code: String? = nil) {
        self.status = status
        self.detail = detail
        self.code = code ?? Self.code(of: status)
    }

    /// How long a client should wait before it asks again, in seconds.
    private static let retryAfterSeconds = 1
    /// The header field that says so.
    package static let retryField = (name: "retry-after", value: String(retryAfterSeconds))

    /// The problem that `error` is to a client. An error of an unknown kind says nothing of itself.
    package init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as any ProblemConvertible: self = error.problem
        default: self.init(.internalServerError, "the server met an unexpected error; its log has more")
        }
    }

    /// A fault of the store, which passes: the client may ask again.
    package init(fault: String, code: String, isOutcomeUnknown: Bool) {
        let advice = "; the outcome is unknown: repeat the request with the same Idempotency-Key to learn it"
        self.init(.serviceUnavailable, isOutcomeUnknown ? fault + advice : fault, code: code)
        self.isOutcomeUnknown = isOutcomeUnknown
        fields = [Self.retryField]
    }

    /// The response that reports this problem to the client.
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
