/// What a run does and how long it may take.
package struct ChaosOptions: Sendable {
    /// Purchases under faults, at least.
    package var purchases: Int
    /// Faults, at least.
    package var faults: Int
    /// Clients that send requests at the same time.
    package var clients: Int
    /// How long the rounds may take together, without their audits, in seconds.
    package var seconds: Int
    /// Decides the faults and what each client asks for.
    package var seed: UInt64
    /// Purchases that are sent 32 times at once.
    package var duplicates: Int
    /// The folder of the store and of everything it writes.
    package var folder: String
    /// The executable whose commands are the tiers.
    package var program: String

    package init(
        purchases: Int, faults: Int, clients: Int, seconds: Int, seed: UInt64, duplicates: Int,
        folder: String,
        program: String
    ) {
        self.purchases = purchases
        self.faults = faults
        self.clients = clients
        self.seconds = seconds
        self.seed = seed
        self.duplicates = duplicates
        self.folder = folder
        self.program = program
    }

    /// Books that the clients ask for.
    static let bookCount = 48
    /// Purchases of the last copies of a book, and how many copies there are.
    static let lastKeyCount = 100
    static let lastCopyCount = 60
    /// After so many faults everything is healed, settled and audited.
    private static let faultsPerRound = 50
    private static let roundCountMax = 20

    /// Rounds: faults and purchases, then an audit of everything so far.
    var rounds: Int { min(Self.roundCountMax, max(1, faults / Self.faultsPerRound)) }
}
