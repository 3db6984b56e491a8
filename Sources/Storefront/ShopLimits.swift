internal import NIOCore

/// What the shop takes from a browser and spends on a page. Every value is a bound that a hostile or broken
/// client runs into.
enum ShopLimits {
    /// Bytes of a form; the desk's longest, a page of books with a change each, takes about 20 KB.
    static let formByteCountMax = 64 * 1024
    /// Bytes of the form that brings a file of books to the desk, some 60,000 books: storing them holds
    /// purchases up for less than a second. The frontend takes as much.
    static let fileFormByteCountMax = 4 * 1024 * 1024
    /// Rows of a file that the page about it names, at most.
    static let namedRowCountMax = 100
    /// How long a form may take to arrive.
    static let formReadTimeMax = Duration.seconds(10)
    /// Bytes of the shop's own cookies, names included: far below what a head may have, so that they never keep
    /// anybody out.
    static let cookieByteCountMax = 6 * 1024
    /// Bytes of a request's head, and its fields.
    static let headByteCountMax = 16 * 1024
    static let fieldCountMax = 64
    /// Open connections; more are told that the shop is full. Below the 1,024 files that a process may
    /// usually have open, for a server that cannot open one more stops listening.
    static let connectionCountMax = 768
    /// How long a connection may stay open without a request.
    static let idleTimeMax = TimeAmount.seconds(75)
    /// How long requests at work may take to end when the shop closes.
    static let drainTimeMax = Duration.seconds(5)

    /// Books on one page: with a cover each, a page stays well under 60 KB.
    static let booksPerPage = 24
    /// Shelves on the home page, books on each, and further topics by name.
    static let shelfCount = 4
    static let booksPerShelf = 6
    static let topicsOnHome = 40
    /// Topics on a page of all topics.
    static let topicsPerPage = 200
    /// Bytes of a title in a list, so that a page of long ones stays small too; the book's own page has all
    /// of it.
    static let listedTitleByteCountMax = 120
    /// Receipts that a browser remembers, each in a cookie of its own of at most 70 bytes: with those of older
    /// versions under a third of ``headByteCountMax``, and fewer than the 50 cookies of one site that every
    /// browser keeps (RFC 6265, 6.1).
    static let rememberedOrderCountMax = 40
    /// How long a purchase is new to who opens its receipt: longer than the way from the press to the page, shorter
    /// than anyone takes to come back to it.
    static let newPurchaseAgeMax = Duration.seconds(10)

    /// How long the frontend may take over a page's question, and over a purchase: a little longer than it
    /// gives the tiers behind it, so that its own answer arrives.
    static let readTimeMax = TimeAmount.seconds(4)
    static let purchaseTimeMax = TimeAmount.seconds(7)
    /// How long a press of the Buy button waits to learn whether its form was sent before. What it does not learn
    /// decides nothing: the store settles the purchase by its key.
    static let earlierLookTimeMax = TimeAmount.seconds(1)
}
