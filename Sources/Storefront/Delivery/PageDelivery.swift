internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import TierHTTP

/// Stands behind the guard: a page that the browser has already is not sent again, and what can be compressed is,
/// where the browser takes that.
///
/// What must not be kept (`no-store`: receipts, orders, the desk) stays as it is. Those pages hold secrets that
/// are the same each time, and the length of a compressed page shows an eavesdropper how much of a text
/// that he puts into the page, a search for instance, is like the secret beside it (BREACH).
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

    /// Word that the browser's copy is still right, with what it has to know of it (RFC 9110, 15.4.5).
    private static func notModified(_ response: Response) -> Response {
        var headers = response.headers
        headers[.contentLength] = nil
        headers[.contentType] = nil
        headers[.contentEncoding] = nil
        headers[.vary] = "accept-encoding"
        return Response(status: .notModified, headers: headers)
    }

    private static func compressed(_ response: Response, for request: Request) async throws -> Response {
        // A file of the shop comes in the form that is asked for.
        guard response.headers[.vary] == nil, let length = response.body.contentLength,
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

/// Gathers a body that is in memory anyway.
private final class BodySink: ResponseBodyWriter {
    private(set) var bytes = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws { bytes.writeImmutableBuffer(buffer) }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
