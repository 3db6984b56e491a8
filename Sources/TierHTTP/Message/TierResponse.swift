internal import Model
package import Monitoring
package import NIOCore
package import NIOHTTP1

/// An answer, ready to be written.
package struct TierResponse: Sendable {
    /// The media types that the store speaks.
    package enum ContentType: String, Sendable {
        /// Every success.
        case json = "application/json; charset=utf-8"
        /// Every error, after RFC 9457.
        case problem = "application/problem+json"
        /// The page of the API for people.
        case html = "text/html; charset=utf-8"
        /// The metrics page.
        case metrics = "text/plain; version=0.0.4; charset=utf-8"
        // Covers.
        case png = "image/png"
        case jpeg = "image/jpeg"
        case webp = "image/webp"
        /// Server-sent events.
        case events = "text/event-stream"
        /// The answers of a batch.
        case batch = "application/x-bookstore-batch"

        /// Whether an answer of this type says by `nosniff` that it is nothing else: a browser makes nothing of
        /// JSON, but could take the texts of problems and metrics, or an image, for a page. An answer of the contract is one
        /// of the others, whose heads are as short as can be.
        var forbidsGuessing: Bool {
            switch self {
            case .json, .batch: false
            case .problem, .html, .metrics, .png, .jpeg, .webp, .events: true
            }
        }

        /// The media types of covers, as one range.
        package static let images = "image/*"
    }

    /// What a client may keep of an answer.
    package enum Caching: Sendable {
        case nothing
        /// A copy, of which it asks each time whether it is still right.
        case checked
        /// A copy, for ever: what is at this address never changes.
        case immutable

        /// The first fields of an answer, up to the date.
        fileprivate var fields: StaticString {
            switch self {
            case .nothing: "server: bookstore/1\r\ncache-control: no-store\r\ndate: "
            case .checked: "server: bookstore/1\r\ncache-control: no-cache\r\ndate: "
            case .immutable:
                "server: bookstore/1\r\ncache-control: public, max-age=31536000, immutable\r\ndate: "
            }
        }
    }

    /// The status code and reason.
    package var status: HTTPResponseStatus
    /// The body's media type.
    package var contentType: ContentType
    package var body: ByteBuffer
    /// What follows the body for as long as the client stays, piece by piece; nil for an answer that ends. It is asked
    /// for the next piece when the client has taken the one before, on the request's event loop, and ends the answer
    /// by nil or a failure. The end of the connection is the end of such an answer.
    package var rest: (@Sendable () -> EventLoopFuture<ByteBuffer?>)?
    /// Further header fields. Names and values are the program's own and hold no line breaks.
    package var fields: [(name: String, value: String)] = []
    package var caching = Caching.nothing
    /// How the monitor counts the answer; nil counts by its status.
    package var outcome: SystemMonitor.Outcome?
    /// The key of the purchase that this answers, so that its client can repeat it: see ``Route``.
    var key: IdempotencyKey?

    /// An answer with a body.
    package init(_ status: HTTPResponseStatus, _ contentType: ContentType, body: ByteBuffer) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A success with a JSON body.
    package static func json(_ body: ByteBuffer) -> TierResponse { TierResponse(.ok, .json, body: body) }

    /// A success with a JSON body that is already text.
    package static func json(_ body: String) -> TierResponse { .json(ByteBuffer(string: body)) }

    /// `{"result":"Success"}` or `{"result":"Failed"}`.
    package static func result(isSuccess: Bool) -> TierResponse {
        var response = TierResponse.json(isSuccess ? successBody : failedBody)
        if !isSuccess { response.outcome = .failed }
        return response
    }

    /// The two answers to a purchase or update; they share their storage between all requests.
    package static let successBody = ByteBuffer(string: #"{"result":"Success"}"#)
    /// See ``successBody``.
    package static let failedBody = ByteBuffer(string: #"{"result":"Failed"}"#)

    var monitoredOutcome: SystemMonitor.Outcome {
        outcome ?? SystemMonitor.Outcome(statusCode: Int(status.code))
    }

    /// What becomes of the connection after an answer.
    enum Persistence {
        /// It stays open, as is the rule.
        case kept
        /// It stays open, and a client of HTTP/1.0 must be told so.
        case keptForHTTP10
        case closed
    }

    /// Appends the answer as HTTP/1.1 bytes: head and, unless `isHead`, body.
    ///
    /// - Parameters:
    ///   - date: the value of the `Date` field.
    ///   - times: what the request waited for at other tiers.
    ///   - total: from the request's arrival to this answer.
    ///   - isHead: whether only the body's length is sent: in answer to HEAD, or where the client has it already.
    func write(
        to buffer: inout ByteBuffer, date: String, times: CallTimes, total: TimeAmount, isHead: Bool,
        persistence: Persistence
    ) {
        if status == .ok {
            buffer.writeStaticString("HTTP/1.1 200 OK\r\n")
        } else {
            buffer.writeString("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\n")
        }
        buffer.writeStaticString(caching.fields)
        buffer.writeString(date)
        buffer.writeStaticString("\r\ncontent-type: ")
        buffer.writeString(contentType.rawValue)
        if rest == nil {
            buffer.writeStaticString("\r\ncontent-length: ")
            buffer.writeString(String(body.readableBytes))
        }
        if contentType.forbidsGuessing { buffer.writeStaticString("\r\nx-content-type-options: nosniff") }
        times.write(to: &buffer, total: total)
        for (name, value) in fields {
            buffer.writeStaticString("\r\n")
            buffer.writeString(name)
            buffer.writeStaticString(": ")
            buffer.writeString(value)
        }
        if let key {
            buffer.writeStaticString("\r\nidempotency-key: ")
            buffer.writeString(key.field)
        }
        switch persistence {
        case .kept: buffer.writeStaticString("\r\n\r\n")
        case .keptForHTTP10: buffer.writeStaticString("\r\nconnection: keep-alive\r\n\r\n")
        case .closed: buffer.writeStaticString("\r\nconnection: close\r\n\r\n")
        }
        if !isHead { buffer.writeImmutableBuffer(body) }
    }
}
