internal import Model
package import NIOCore
package import NIOHTTP1

/// A document of the program's own that stays the same while the process runs: compressed and tagged once.
package struct FixedDocument: Sendable {
    private let contentType: TierResponse.ContentType
    private let body: CodedBody
    private let tag: String
    private let fields: [(name: String, value: String)]

    /// - Parameter fields: header fields of each answer.
    package init(
        _ contentType: TierResponse.ContentType, _ body: ByteBuffer,
        fields: [(name: String, value: String)] = []
    ) {
        self.contentType = contentType
        self.body = CodedBody(body, .often)
        self.fields = fields
        // The documents are the program's own, so nobody can make two that are alike.
        tag = "W/\"\(String(body.withUnsafeReadableBytes { StableHash.of($0) }, radix: 16))\""
    }

    /// The document, or word that the client's copy is still right.
    package func answer(to headers: HTTPHeaders) -> TierResponse {
        let form = body.form(for: AcceptEncoding(headers["accept-encoding"]))
        let isKnown = EntityTag.isNamed(tag, in: headers["if-none-match"])
        var response = TierResponse(isKnown ? .notModified : .ok, contentType, body: form.body)
        response.caching = .checked
        response.fields = [("etag", tag), ("vary", "accept-encoding")] + fields
        if form.isGzipped { response.fields.append(("content-encoding", "gzip")) }
        return response
    }
}
