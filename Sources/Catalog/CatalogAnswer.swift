public import Model
public import NIOCore

/// The catalog's answers as the bytes they are, for programs that measure or compare them.
public enum CatalogAnswer {
    /// The answer to `query_by_item`.
    public static func book(_ book: Book) -> ByteBuffer { CatalogRoutes.encode(book) }
}
