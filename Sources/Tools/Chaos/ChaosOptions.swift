/// The work of a run and its time limit.
package struct ChaosOptions: Sendable {
    /// The store's servers.
    package var layout: StoreLayout
    /// The least number of purchases under faults.
    package var purchases: Int
    /// The least number of faults.
    package var faults: Int
    /// Clients that send requests at the same time.
    package var clients: Int
    /// The time limit of all rounds together, without their audits, in seconds.
    package var seconds: Int
    /// Determines the faults and the requests of each client.
    package var seed: UInt64
    /// Purchases that are each sent 32 times at the same moment.
    package var duplicates: Int
    /// The folder of the store and of all its files.
    package var folder: String
    /// The executable whose commands are the tiers.
    package var program: String

    package init(
        layout: StoreLayout, purchases: Int, faults: Int, clients: Int, seconds: Int, seed: UInt64,
        duplicates: Int, folder: String, program: String
    ) {
        self.layout = layout
        self.purchases = purchases
        self.faults = faults
        self.clients = clients
        self.seconds = seconds
        self.seed = seed
        self.duplicates = duplicates
        self.folder = folder
        self.program = program
    }

    /// Of so many clients, one orders several books at once; the others buy single copies.
    private static let clientsPerCustomer = 4
    /// The clients that order.
    var customers: Int { max(1, clients / Self.clientsPerCustomer) }

    /// The number of books that the clients request.
    static let bookCount = 48
    /// The purchases of a book with few copies, and the number of these copies.
    static let lastKeyCount = 100
    static let lastCopyCount = 60
    /// After this many faults, everything is healed, settled and audited.
    private static let faultsPerRound = 50
    private static let roundCountMax = 20

    /// The number of rounds. Each has faults and purchases, then an audit of everything so far.
    var rounds: Int { min(Self.roundCountMax, max(1, faults / Self.faultsPerRound)) }
}
