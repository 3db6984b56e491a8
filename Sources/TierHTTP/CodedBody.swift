public import NIOCore

/// A body and, where it is shorter so, its gzip form.
public struct CodedBody: Sendable {
    /// The body as it is.
    public let plain: ByteBuffer
    /// The body compressed; nil where that gains nothing.
    public let gzipped: ByteBuffer?

    /// Compresses `body`, which takes about 10 ms for each MB.
    public init(_ body: ByteBuffer, _ effort: Gzip.Effort) {
        plain = body
        gzipped = Gzip.compressed(body, effort)
    }

    /// The form for a client, and whether that is the compressed one.
    public func form(for accepted: AcceptEncoding) -> (body: ByteBuffer, isGzipped: Bool) {
        if accepted.takesGzip, let gzipped { return (gzipped, true) }
        return (plain, false)
    }
}

/// `If-None-Match` (RFC 9110, 13.1.2).
public enum EntityTag {
    /// Whether the fields of a request name the tag that its answer has, or any. A tag is weak or strong: that
    /// makes no difference here, and the compressed form of a page has the tag of the page.
    ///
    /// - Parameter tag: with its quotes and no comma in it.
    public static func isNamed(_ tag: String, in fields: some Sequence<String>) -> Bool {
        let wanted = opaque(tag[...])
        return fields.contains { field in
            field.split(separator: ",").contains { part in
                let named = part.drop { $0 == " " || $0 == "\t" }
                    .prefix { $0 != " " && $0 != "\t" }
                return named == "*" || opaque(named) == wanted
            }
        }
    }

    private static func opaque(_ tag: Substring) -> Substring { tag.hasPrefix("W/") ? tag.dropFirst(2) : tag }
}
