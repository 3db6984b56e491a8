internal import Model
internal import Storage

/// A ledger's tables inside the transaction of one batch: what ``LedgerWriter`` asks of a database. The rules are the
/// writer's; whatever it is asked, a database answers as the batch has left it so far.
protocol LedgerTables: ImportTables, KeeperTables, WebhookTables {
    /// A book as the tables have it; nil where there never was one.
    mutating func book(_ item: ItemNumber) throws -> LedgerBook?
    /// Writes what a change has made of a book.
    mutating func write(_ book: LedgerBook, of item: ItemNumber) throws
    /// Writes a movement; false where its key is taken.
    mutating func insert(_ movement: LedgerMovement) throws -> Bool
    /// What the ledger has under a key; nil when there is nothing.
    mutating func change(under key: IdempotencyKey) throws -> KeyedChange?
    /// The refusal that is remembered under a key.
    mutating func refusal(under key: IdempotencyKey) throws -> Refusal?
    /// Remembers a refusal; false when that is not possible.
    mutating func remember(_ change: StockChange, key: IdempotencyKey, atMillis: Int64) throws -> Bool

    // MARK: Orders

    /// Writes an order whose movements are inserted already, from `movement` on.
    mutating func add(_ order: PlacedOrder, from movement: Int64) throws
    /// An order with all of its steps; nil where there is none.
    mutating func order(_ number: Int64) throws -> PlacedOrder?
    /// Writes what a step makes of an order; its movements are inserted already.
    mutating func write(_ step: LedgerStep) throws
    /// Erases whom an order is for.
    mutating func forgetContact(of order: Int64) throws
    /// Writes what a change makes of a basket, and forgets some of those that are too old.
    mutating func write(_ basket: BasketChange, at time: Timestamp) throws
    /// Writes the shop's settings that a change sets, and removes those that it removes.
    mutating func write(_ settings: SettingsChange, at time: Timestamp) throws

    // MARK: What storekeepers ask for

    /// Begins a request, which is ended or undone: what others of the batch did stays.
    mutating func beginRequest() throws
    mutating func endRequest() throws
    mutating func undoRequest() throws
    /// A book with its details, retired or not; nil when there never was one.
    mutating func details(of item: ItemNumber) throws -> BookDetails?
    /// Adds books, by movements in a row; their movements are inserted apart.
    ///
    /// - Returns: the numbers that were taken; their books were not added.
    mutating func add(_ books: [Book], firstMovement: Int64) throws -> [ItemNumber]
    /// Takes a book out of the shop, or brings it back.
    mutating func write(isRetired: Bool, of item: ItemNumber, movement: Int64) throws
    /// Writes edits whose movements are inserted already.
    mutating func write(_ edits: [LedgerEdit]) throws
    /// Keeps the image of a cover, unless it is there.
    mutating func keep(_ cover: Cover) throws
    /// Whether the image of a cover is kept.
    mutating func hasCover(_ digest: String) throws -> Bool
    /// The lowest number, from one on, that no book has or ever had.
    mutating func freeNumber(from number: Int64) throws -> Int64?
    /// Writes down who made the movements from `first` through `last`, and why.
    mutating func note(_ request: KeeperRequest, first: Int64, last: Int64) throws
    /// The movements of an earlier request; nil when none had this key.
    mutating func entries(ofRequest key: IdempotencyKey) throws -> [LedgerEntry]?
}
