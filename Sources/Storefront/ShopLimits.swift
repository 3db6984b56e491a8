internal import NIOCore

/// Limits on what the shop accepts from a browser and spends on a page. Each limits a hostile or broken
/// client.
enum ShopLimits {
    /// Bytes of a form. The desk's longest, a page of books with a change for each, has about 20 KB.
    static let formByteCountMax = 64 * 1024
    /// Bytes of the form that sends a file of books to the desk, which is enough for about 60,000 books.
    /// Storing them delays purchases by less than a second. The frontend accepts as much.
    static let fileFormByteCountMax = 4 * 1024 * 1024
    /// The most bad rows that the page about a file lists.
    static let namedRowCountMax = 100
    /// How long a form may take to arrive.
    static let formReadTimeMax = Duration.seconds(10)
    /// Bytes of the shop's own cookies, names included. It is far below the limit of a head, so that cookies
    /// never make a request too long.
    static let cookieByteCountMax = 6 * 1024
    /// Bytes of a request's head, and the number of its fields.
    static let headByteCountMax = 16 * 1024
    static let fieldCountMax = 64
    /// Open connections; a client beyond them is told that the shop is full. It is below the usual limit of
    /// 1,024 open files, since a server that cannot open another file stops accepting.
    static let connectionCountMax = 768
    /// How long a connection may stay open without a request.
    static let idleTimeMax = TimeAmount.seconds(75)
    /// The longest time that requests in progress have to finish when the shop closes.
    static let drainTimeMax = Duration.seconds(5)

    /// Books on one page. With a cover for each, a page has well under 60 KB.
    static let booksPerPage = 24
    /// Shelves on the home page, books on each shelf, and names of further topics.
    static let shelfCount = 4
    static let booksPerShelf = 6
    static let topicsOnHome = 40
    /// Topics on a page of all topics.
    static let topicsPerPage = 200
    /// Bytes of a title in a list, so that a page of long titles stays small. The book's own page has the
    /// full title.
    static let listedTitleByteCountMax = 120
    /// Receipts that a browser remembers, each in its own cookie of at most 70 bytes. With those of older
    /// versions they take less than a third of ``headByteCountMax``. Every browser keeps at least 50 cookies
    /// of one site (RFC 6265, 6.1).
    static let rememberedOrderCountMax = 40
    /// How long a receipt shows its purchase as new. It is longer than the time from the press to the page,
    /// and shorter than anyone takes to come back to it.
    static let newPurchaseAgeMax = Duration.seconds(10)

    /// The longest time that the frontend may take for a read, and for a purchase. It is slightly longer than
    /// the frontend's own limit for the tiers, so that its response arrives.
    static let readTimeMax = TimeAmount.seconds(4)
    static let purchaseTimeMax = TimeAmount.seconds(7)
    /// How long a press of the Buy button waits to find out whether its form was sent before. The purchase
    /// does not depend on it: the store decides by the key.
    static let earlierLookTimeMax = TimeAmount.seconds(1)
}
