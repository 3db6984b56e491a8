/// A ledger that is not what its own rules make of it.
struct LedgerFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
