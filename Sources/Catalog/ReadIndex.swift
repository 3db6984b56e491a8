/// What a catalog asks a database that other catalogs write to as well, so that its memory is never older than the
/// question that it answers.
package protocol ReadIndex: Sendable {
    /// What has changed in the shop after a movement.
    ///
    /// - Returns: nil where an answer means nothing to what is in memory, which then has to be read anew: the database
    ///   may be another one than before, and lack what the other had.
    /// - Throws: where the database cannot say. It has then not been shown that there is nothing newer.
    func changes(after movement: Int64) throws -> LedgerChanges?

    /// Ends the connection.
    func close()
}
