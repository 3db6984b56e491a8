internal import StoreAPI

/// The text of a sitemap (sitemaps.org, protocol 0.9), whose parts are at the root: a sitemap speaks only of what
/// stands below it.
enum Sitemap {
    /// Addresses of one part.
    static let entryCountMax = 50_000
    /// Parts of one shop: fifty million books.
    static let partCountMax = 1_000

    private static let declaration = #"<?xml version="1.0" encoding="UTF-8"?>"# + "\n"
    private static let space = #"xmlns="http://www.sitemaps.org/schemas/sitemap/0.9""#

    /// The index of the parts at the given addresses.
    static func index(_ parts: [String]) -> String {
        declaration + "<sitemapindex \(space)>\n"
            + parts.map { "<sitemap><loc>\(HTMLText.escape($0))</loc></sitemap>\n" }.joined()
            + "</sitemapindex>\n"
    }

    /// The numbers of the parts that the books of a shop take.
    static func parts(ofBooks count: Int) -> [Int] {
        Array((1...partCountMax).prefix((count + entryCountMax - 1) / entryCountMax))
    }

    // MARK: A part

    static let start = declaration + "<urlset \(space)>\n"
    static let end = "</urlset>\n"

    static func entry(_ address: String) -> String { "<url><loc>\(HTMLText.escape(address))</loc></url>\n" }
}
