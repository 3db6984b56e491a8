internal import Crypto
internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore
internal import TierHTTP

/// A file that pages refer to. Its address changes with its content, so a browser may keep it indefinitely.
struct Asset: Sendable {
    let path: String
    private let type: String
    private let tag: String
    private let body: CodedBody

    init(_ bytes: [UInt8], name: String, kind: String, type: String) {
        let digest = Self.digest(of: bytes)
        path = "/assets/\(name)-\(digest).\(kind)"
        tag = "W/\"\(digest)\""
        self.type = type
        body = CodedBody(ByteBuffer(bytes: bytes), .often)
    }

    func answer(to request: Request) -> Response {
        let form = body.form(for: AcceptEncoding(request.headers[values: .acceptEncoding]))
        var headers: HTTPFields = [
            .contentType: type, .cacheControl: "public, max-age=31536000, immutable", .eTag: tag,
            .vary: "accept-encoding",
        ]
        if form.isGzipped { headers[.contentEncoding] = "gzip" }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: form.body))
    }

    /// A short name for content: 48 bits of its SHA-256, enough to distinguish the versions of one page or
    /// file.
    static func digest(of bytes: some Sequence<UInt8>) -> String {
        Hex.text(SHA256.hash(data: Array(bytes)).prefix(6))
    }
}
