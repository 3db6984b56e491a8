/// One of the store's kinds of server.
package enum Tier: String, CaseIterable, Sendable {
    /// Books, prices, stock and the stock ledger.
    case catalog
    case order
    /// The dispatcher that clients talk to.
    case frontend

    /// The port a tier listens on when no configuration says otherwise.
    package var defaultPort: Int {
        switch self {
        case .frontend: 8000
        case .catalog: 8001
        case .order: 8002
        }
    }
}
