/// What requests may ask for and bring, at most. The routes check these numbers, descriptions show them, and our own
/// programs keep to them.
///
/// The limit of a value is declared with its type, such as ``ItemNumber/valueMax``, ``ShopText/titleByteCountMax`` or
/// ``KeeperRequest/updateCountMax``.
package enum StoreLimits {
    /// Entries on a page of a list.
    package static let listCountMax = 1_000
    /// Books on a page of find, which shows all of each.
    package static let foundCountMax = 100
    /// The number of a page.
    package static let pageNumberMax = 1_000_000
    /// Books on a page of a topic, where a page is asked for.
    package static let searchCountMax = 100_000
    /// Sales in one answer to an order server.
    package static let saleCountMax = 1_000
    /// Customers' orders on a page of their list.
    package static let orderCountMax = 100
    /// Movements of which one answer tells.
    package static let toldCountMax = 1_000
    /// The words of find, in UTF-8 bytes.
    package static let queryByteCountMax = 200
    /// Days of sales that are counted.
    package static let dayCountMax = 366
    /// Bytes of a file of books; one of a million books has about 80 MB.
    package static let fileByteCountMax = 256 * 1024 * 1024
    /// Bytes of a file of books through a frontend, some 60,000 books: storing them holds purchases up for less than
    /// a second. Larger ones go to the catalog itself.
    package static let relayedFileByteCountMax = 6 * 1024 * 1024
}
