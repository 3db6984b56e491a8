internal import Model

/// Rows of a file that are written in one transaction.
package struct ImportPiece: Sendable {
    /// The file's way into the ledger, of which this is a part.
    let source: ImportKey
    /// Its place among the pieces, from 1.
    let number: Int
    let rows: ArraySlice<ImportRow>
    let options: ImportOptions
    let actor: String?
    let reason: String?
    /// The header for which the mapping of the columns is kept; nil where none was said.
    let header: String?
}
