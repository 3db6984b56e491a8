package import Model
package import NIOCore

/// The catalog's answers as the bytes they are, for programs that measure or compare them.
package enum CatalogAnswer {
    /// The answer to `query_by_item`.
    package static func book(_ book: Book) -> ByteBuffer { CatalogRoutes.encode(book) }
}
