internal import Model

/// Which sales of a ledger are known: all up to `through`, and some beyond. A pure state machine.
struct SaleTally {
    /// The ledger; 0 before any is known.
    private(set) var ledger: Int64
    /// All sales 1 … `through` are known.
    private(set) var through: Int64
    private var beyond: Set<Int64>

    /// - Parameter beyond: known sales above `through`.
    init(ledger: Int64, through: Int64, beyond: Set<Int64> = []) {
        self.ledger = ledger
        self.through = through
        self.beyond = beyond
        advance()
    }

    /// Records a sale. A sale of another ledger restarts the tally: the catalog was replaced.
    mutating func note(ledger: Int64, number: Int64) {
        if ledger != self.ledger { self = SaleTally(ledger: ledger, through: 0) }
        guard number > through else { return }
        beyond.insert(number)
        advance()
    }

    private mutating func advance() {
        if PlantedBug.isOn(.followerSkipsGaps) { through = max(through, beyond.max() ?? 0) }
        while beyond.remove(through + 1) != nil { through += 1 }
    }
}
