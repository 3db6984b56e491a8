package import NIOCore

/// A body and, where it is shorter so, its gzip form.
package struct CodedBody: Sendable {
    /// The uncompressed body.
    package let plain: ByteBuffer
    /// The body compressed; nil where that gains nothing.
    package let gzipped: ByteBuffer?

    /// Compresses `body`, which takes about 10 ms for each MB.
    package init(_ body: ByteBuffer, _ effort: Gzip.Effort) {
        plain = body
        gzipped = Gzip.compressed(body, effort)
    }

    /// The form for a client, and whether that is the compressed one.
    package func form(for accepted: AcceptEncoding) -> (body: ByteBuffer, isGzipped: Bool) {
        if accepted.takesGzip, let gzipped { return (gzipped, true) }
        return (plain, false)
    }
}
