internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import TierHTTP

/// Middleware after the guard. A page that the browser already has is not sent again, and a page is
/// compressed if it can be and the browser accepts that.
///
/// Responses that must not be stored (`no-store`: receipts, orders, the desk) stay unchanged. Those pages
/// contain secrets that are the same each time. If an attacker puts text into a page, for instance by a
/// search, the length of the compressed page shows how similar that text is to the secret beside it (BREACH).
struct PageDelivery: RouterMiddleware {
    func handle(
        _ request: Request, context: ShopContext,
        next: (Request, ShopContext) async throws -> Response
    ) async throws -> Response {
        let response = try await next(request, context)
        guard response.status == .ok, response.headers[.cacheControl] != Pages.Caching.never.rawValue else {
            return response
        }
        if let tag = response.headers[.eTag],
            EntityTag.isNamed(tag, in: request.headers[values: .ifNoneMatch])
        {
            return Self.notModified(response)
        }
        return try await Self.compressed(response, for: request)
    }

    /// Tells the browser that its copy is still valid, with the fields that RFC 9110, 15.4.5, requires.
    private static func notModified(_ response: Response) -> Response {
        var headers = response.headers
        headers[.contentLength] = nil
        headers[.contentType] = nil
        headers[.contentEncoding] = nil
        headers[.vary] = "accept-encoding"
        return Response(status: .notModified, headers: headers)
    }

    private static func compressed(_ response: Response, for request: Request) async throws -> Response {
        // A file of the shop already has the requested encoding, and an image is compressed by itself.
        guard response.headers[.vary] == nil,
            response.headers[.contentType]?.hasPrefix("image/") != true,
            let length = response.body.contentLength,
            (Gzip.byteCountMin...Gzip.byteCountMax).contains(length)
        else { return response }
        var response = response
        response.headers[.vary] = "accept-encoding"
        guard AcceptEncoding(request.headers[values: .acceptEncoding]).takesGzip else { return response }
        let sink = BodySink()
        try await response.body.write(sink)
        if let gzipped = Gzip.compressed(sink.bytes, .once) {
            response.headers[.contentEncoding] = "gzip"
            response.body = ResponseBody(byteBuffer: gzipped)
        } else {
            response.body = ResponseBody(byteBuffer: sink.bytes)
        }
        return response
    }
}

/// Collects a body that is in memory anyway.
private final class BodySink: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
