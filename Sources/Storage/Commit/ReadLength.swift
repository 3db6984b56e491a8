/// Which thread a read of the disk is done on, so that a short one never waits for a long one.
package enum ReadLength: Sendable {
    /// A page, a receipt, the newest sales.
    case short
    /// What looks through the ledger or all books.
    case long
    /// A file of books is taken apart and compared with the store.
    case file
}
