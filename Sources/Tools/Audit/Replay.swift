internal import Model

/// The replayed catalog log, or logs.
struct Replay {
    /// A price, or what else is said of a book, that several logs changed, and not all to the same at last.
    struct Contested {
        let item: ItemNumber
        /// The fact's name, or `title` or `topic`; nil for the price.
        let field: String?
        /// What the last one says; nil for nothing.
        let now: String?
        /// The logs that say otherwise, with what they say.
        let others: [(log: Int64, text: String?)]
    }

    private struct Field: Hashable, Comparable {
        let item: ItemNumber
        let name: String?

        static func < (left: Field, right: Field) -> Bool {
            (left.item, left.name ?? "") < (right.item, right.name ?? "")
        }
    }

    private(set) var opening: [Book] = []
    private(set) var states: [ItemNumber: Book] = [:]
    var movements: [LedgerSnapshot.Movement] = []
    private(set) var retired: Set<ItemNumber> = []
    /// The movements that added books.
    private(set) var addedBy: [ItemNumber: Int64] = [:]
    private(set) var facts: [ItemNumber: BookFacts] = [:]
    /// What was last said of a book, in all logs and by each.
    private var said: [Field: (now: String?, byLog: [Int64: String?])] = [:]
    /// Whether all books that the store was opened with are known.
    private var isOpened: Bool
    var lastSale: Int64 = 0
    /// The copies found so far that were sold, by book.
    var matched: [ItemNumber: Int] = [:]

    init(_ logs: [OperationLogFiles], openedEmpty: Bool) throws {
        isOpened = openedEmpty
        if logs.count == 1 {
            try logs[0].forEachLine { try take(Self.parse($0, at: $1), at: $1, log: 1) }
            guard isOpened || !opening.isEmpty else { throw Self.headless(logs[0]) }
        } else {
            var merge = try LogMerge(logs, openedEmpty: openedEmpty)
            opening = merge.opening
            states = Dictionary(uniqueKeysWithValues: opening.map { ($0.item, $0) })
            isOpened = true
            for change in try merge.merged() { try take(change.line, at: change.place, log: change.log) }
        }
        opening.sort { $0.item < $1.item }
    }

    static func headless(_ log: OperationLogFiles) -> FileFault {
        FileFault(
            path: log.paths.first ?? "catalog_log",
            reason: "has no init lines; name the rotated logs too, the oldest first")
    }

    static func parse(_ line: Substring, at place: FilePlace) throws(FileFault) -> OperationLogLine {
        do throws(LineFault) {
            return try OperationLogLine(parsing: line)
        } catch {
            throw FileFault(path: place.path, line: place.line, reason: error.reason)
        }
    }

    private mutating func take(
        _ line: OperationLogLine, at place: FilePlace, log: Int64
    ) throws(FileFault) {
        do throws(LineFault) {
            switch line {
            case .opening(let book):
                guard states.updateValue(book, forKey: book.item) == nil else {
                    throw LineFault("book \(book.item) is opened a second time; are the logs of one store?")
                }
                open(book, log: log)
            case .update(let change): try apply(change, sale: nil, log: log)
            case .retired(let item): try retire(item, log: log)
            case .edited(let edit): try apply(edit, log: log)
            case .restored(let item): try restore(item, log: log)
            case .order(let movement): try apply(movement, log: log)
            case .query:
                guard isOpened || !opening.isEmpty else {
                    throw LineFault(
                        """
                        is no init line, with which the log of a store begins: an older log is missing; bring \
                        it back. (A store that was opened without books is rebuilt with --opened-empty.)
                        """)
                }
            case .recorded: throw LineFault("is a line of the order log, not of the catalog's")
            }
        } catch {
            throw FileFault(path: place.path, line: place.line, reason: error.reason)
        }
    }

    /// What several logs say differently, by the books' numbers.
    var contested: [Contested] {
        said.sorted { $0.key < $1.key }.compactMap { field, said in
            let others = said.byLog.filter { $0.value != said.now }.sorted { $0.key < $1.key }
            return others.isEmpty
                ? nil
                : Contested(
                    item: field.item, field: field.name, now: said.now, others: others.map { ($0, $1) })
        }
    }

    private mutating func note(_ text: String?, as name: String?, of item: ItemNumber, log: Int64) {
        let field = Field(item: item, name: name)
        said[field, default: (nil, [:])].now = text
        said[field]?.byLog.updateValue(text, forKey: log)
    }

    /// Adds a book. Those before all changes are the books that the store was opened with. A later one was
    /// added with an opening stock of 0.
    private mutating func open(_ book: Book, log: Int64) {
        guard isOpened || !movements.isEmpty else { return opening.append(book) }
        var emptyPlace = book
        emptyPlace.stock = 0
        opening.append(emptyPlace)
        note(book.price.description, as: nil, of: book.item, log: log)
        addedBy[book.item] = record(.added(book), stockAfter: book.stock, log: log)
    }

    private mutating func retire(_ item: ItemNumber, log: Int64) throws(LineFault) {
        guard let book = states[item], retired.insert(item).inserted else {
            throw LineFault("retires book \(item), which is not in the shop")
        }
        record(.retired(item), stockAfter: book.stock, log: log)
    }

    private mutating func restore(_ item: ItemNumber, log: Int64) throws(LineFault) {
        guard let book = states[item], retired.remove(item) != nil else {
            throw LineFault("brings back book \(item), which is not retired")
        }
        record(.restored(item), stockAfter: book.stock, log: log)
    }

    private mutating func apply(_ edit: BookEdit, log: Int64) throws(LineFault) {
        guard let book = states[edit.item] else {
            throw LineFault("edits book \(edit.item), which no line before it opens")
        }
        for change in edit.changes(of: book, .none) {
            note(change.to, as: change.field, of: edit.item, log: log)
        }
        states[edit.item] = edit.applied(to: book)
        facts[edit.item] = facts[edit.item, default: .none].applying(edit.facts)
        record(.edited(edit), stockAfter: book.stock, log: log)
    }

    mutating func apply(_ movement: OrderMovement, sale: Int64? = nil, log: Int64) throws(LineFault) {
        guard var book = states[movement.item] else {
            throw LineFault("is of book \(movement.item), which no line before it opens")
        }
        book.stock += movement.change.units ?? 0
        guard book.stock >= 0 else { throw LineFault("takes the stock of book \(movement.item) below 0") }
        states[movement.item] = book
        record(.order(movement), stockAfter: book.stock, sale: sale, log: log)
    }

    @discardableResult
    private mutating func record(
        _ entry: LedgerEntry, stockAfter: Int64, sale: Int64? = nil, log: Int64
    ) -> Int64 {
        let sequence = Int64(movements.count + 1)
        movements.append(
            LedgerSnapshot.Movement(
                sequence: sequence, entry: entry, stockAfter: stockAfter, sale: sale, log: log))
        return sequence
    }

    private mutating func apply(_ change: StockChange, sale: Int64?, log: Int64) throws(LineFault) {
        guard var book = states[change.item] else {
            throw LineFault("updates book \(change.item), which no line before it opens")
        }
        book.stock += change.units ?? 0
        book.price = change.price ?? book.price
        guard book.stock >= 0 else { throw LineFault("takes the stock of book \(change.item) below 0") }
        states[change.item] = book
        if let price = change.price { note(price.description, as: nil, of: change.item, log: log) }
        record(.update(change), stockAfter: book.stock, sale: sale, log: log)
    }

    /// Adds the sales that only the order log has, after a power cut removed the end of everything else.
    mutating func add(soldCounts: [ItemNumber: Int], notes: inout [String]) throws {
        var count = 0
        for (item, sold) in soldCounts.sorted(by: { $0.key < $1.key }) {
            while matched[item, default: 0] < sold {
                try sell(item, key: Self.unaskedKey(lastSale + 1), says: "order log")
                count += 1
            }
        }
        if count > 0 { notes.append("added \(count) sales that the log lacks, from the order log") }
    }

    mutating func sell(_ item: ItemNumber, key: IdempotencyKey, says place: String) throws {
        do throws(LineFault) {
            try apply(.sale(of: item, key: key), sale: lastSale + 1, log: 1)
        } catch {
            throw FileFault(path: place, reason: "a sale that is not in the catalog log \(error.reason)")
        }
        lastSale += 1
        matched[item, default: 0] += 1
    }

    /// The key of a sale whose original key is lost.
    static func unaskedKey(_ sale: Int64) -> IdempotencyKey {
        IdempotencyKey(trusted: "recovered-sale-\(sale)")
    }
}
