internal import Model

/// What files of books need of a ledger's tables, inside the transaction of one batch.
protocol ImportTables: ImportSource {
    /// Numbers of a range that a book has or had.
    mutating func takenNumbers(in range: ClosedRange<Int64>) throws -> [Int64]
    /// What is known of a piece; nil where it was never written.
    mutating func importRecord(_ key: IdempotencyKey, _ number: Int) throws -> ImportRecord?
    /// Notes a piece that is written.
    mutating func write(_ record: ImportRecord) throws
    /// Keeps what the columns under a header hold.
    mutating func write(_ mapping: ImportMapping, ofHeader header: String) throws
    /// Movements with what was before each.
    mutating func imported(_ movements: ClosedRange<Int64>) throws -> [ImportedMovement]
    /// Takes books out of the shop, each by a movement.
    mutating func retire(_ books: [(item: ItemNumber, movement: Int64)]) throws
    /// Notes that a piece was taken back.
    mutating func markUndone(_ key: IdempotencyKey, _ number: Int) throws
}
