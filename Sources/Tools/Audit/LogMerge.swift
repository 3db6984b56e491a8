internal import Model

/// The changes of several catalogs' logs in an order in which one ledger can have had them: each log in its own order,
/// no stock below 0, a book added before anything else happens to it and retired after, and brought back only when it is retired.
///
/// The true order is in no log. Where a book is changed in one log alone, as sales of a title mostly are, there is nothing
/// to decide. Otherwise a log leaves the others the copies that they need until they bring some; where that leads nowhere,
/// the last choice is taken back, and no state is met twice.
struct LogMerge {
    /// A change, with the number of its log.
    struct Change {
        let line: OperationLogLine
        let place: FilePlace
        let log: Int64
    }

    /// The books that the store was opened with.
    private(set) var opening: [Book] = []
    private var logs: [[Change]] = []
    /// How many of each log's changes are merged.
    private var done: [Int]
    /// The logs in whose turn they were.
    private var turns: [Int] = []
    private var stocks: [ItemNumber: Int64] = [:]
    private var retired: Set<ItemNumber> = []
    /// What each log has yet to do to a book.
    private var pending: [[ItemNumber: Pending]]
    /// States from which there is no way to the end.
    private var dead: Set<[Int]> = []

    private struct Pending {
        var changes = 0
        /// The copies that it takes before each time that it adds some.
        var needs: [Int64] = []
        /// How often it has added some.
        var additions = 0

        /// The copies that it takes until it adds some; nil where it adds none.
        var need: Int64? { additions < needs.count ? needs[additions] : nil }
    }

    /// How far ahead a log's way is looked at.
    private static let lookAheadMax = 1_000
    /// How many choices are taken back before the logs are given up.
    private static let returnsMax = 500_000

    /// - Throws: ``Model/FileFault`` with the first line that is none of a catalog's log, or a log that does not begin
    ///   with the books.
    init(_ files: [OperationLogFiles], openedEmpty: Bool) throws {
        done = files.map { _ in 0 }
        pending = files.map { _ in [:] }
        var heads: [[(book: Book, place: FilePlace)]] = []
        for (index, log) in files.enumerated() {
            let (head, changes) = try Self.read(log, number: Int64(index + 1))
            guard openedEmpty || !head.isEmpty else { throw Replay.headless(log) }
            heads.append(head)
            logs.append(changes)
        }
        // A book that not every log begins with was added by the one that has it.
        let known = heads.map { Dictionary($0.map { ($0.book.item, $0.book) }) { first, _ in first } }
        let isCommon = { (book: Book) in !openedEmpty && known.allSatisfy { $0[book.item] == book } }
        opening = heads[0].map(\.book).filter(isCommon)
        for (index, head) in heads.enumerated() {
            let added = head.filter { !isCommon($0.book) }.map {
                Change(line: .opening($0.book), place: $0.place, log: Int64(index + 1))
            }
            logs[index] = added + logs[index]
            notePending(of: index)
        }
        for book in opening { stocks[book.item] = book.stock }
    }

    private static func read(
        _ log: OperationLogFiles, number: Int64
    ) throws -> (head: [(book: Book, place: FilePlace)], changes: [Change]) {
        var head: [(book: Book, place: FilePlace)] = []
        var changes: [Change] = []
        try log.forEachLine { text, place in
            let line = try Replay.parse(text, at: place)
            switch line {
            case .query: break
            case .opening(let book) where changes.isEmpty: head.append((book, place))
            default: changes.append(Change(line: line, place: place, log: number))
            }
        }
        return (head, changes)
    }

    private mutating func notePending(of index: Int) {
        var taken: [ItemNumber: Int64] = [:]
        for line in logs[index].lazy.map(\.line) {
            guard let item = line.item else { continue }
            pending[index][item, default: Pending()].changes += 1
            if line.units > 0 {
                pending[index][item, default: Pending()].needs.append(taken.removeValue(forKey: item) ?? 0)
            } else {
                taken[item, default: 0] -= line.units
            }
        }
    }

    /// All changes in their order.
    ///
    /// - Throws: ``Model/FileFault`` with a line that cannot be reached.
    mutating func merged() throws -> [Change] {
        var obstacle: Change?
        var returnCount = 0
        while let first = logs.indices.first(where: { done[$0] < logs[$0].count }) {
            if let chosen = choose() {
                take(chosen)
                // Lines of one step stand side by side in the ledger; copies that come back hinder nobody.
                while isSameStep(chosen) { take(chosen) }
                continue
            }
            obstacle = obstacle ?? head(first)
            guard let last = turns.last, returnCount < Self.returnsMax else { break }
            dead.insert(done)
            returnCount += 1
            giveBack(last)
        }
        if let obstacle, logs.indices.contains(where: { done[$0] < logs[$0].count }) {
            throw FileFault(
                path: obstacle.place.path, line: obstacle.place.line,
                reason: """
                    does not fit the other logs, whichever goes first (book \(obstacle.line.item.map { "\($0)" } ?? "?")); \
                    are they the logs of one store, and all of them?
                    """)
        }
        var places = logs.map { _ in 0 }
        return turns.map { index in
            defer { places[index] += 1 }
            return logs[index][places[index]]
        }
    }

    /// The log whose turn it is; nil where none can go on. The first that is named goes first where nothing else decides,
    /// so that the last one has the last word.
    private func choose() -> Int? {
        let possible = logs.indices.filter { index in
            done[index] < logs[index].count && isPossible(head(index)) && !isDead(after: index)
        }
        guard possible.count > 1 else { return possible.first }
        if let harmless = possible.first(where: { left(by: head($0), of: $0) ?? 0 >= 0 }) { return harmless }
        let ways = possible.compactMap { index in wayToAddition(index).map { (index: index, length: $0) } }
        return ways.min { $0.length < $1.length }?.index
            ?? possible.max { left(by: head($0), of: $0) ?? 0 < left(by: head($1), of: $1) ?? 0 }
    }

    private func head(_ index: Int) -> Change { logs[index][done[index]] }

    /// Whether the next line of a log is of the same step of an order as the one before it.
    private func isSameStep(_ index: Int) -> Bool {
        guard done[index] < logs[index].count, case .order(let next) = head(index).line, next.copies > 0,
            case .order(let before) = logs[index][done[index] - 1].line
        else { return false }
        return (before.order, before.state) == (next.order, next.state) && isPossible(head(index))
    }

    private func isDead(after index: Int) -> Bool {
        guard !dead.isEmpty else { return false }
        var next = done
        next[index] += 1
        return dead.contains(next)
    }

    private mutating func take(_ index: Int) {
        note(head(index).line, in: index, by: 1)
        done[index] += 1
        turns.append(index)
    }

    private mutating func giveBack(_ index: Int) {
        turns.removeLast()
        done[index] -= 1
        note(head(index).line, in: index, by: -1)
    }

    /// - Parameter step: 1 for a line that is taken, -1 for one that is given back.
    private mutating func note(_ line: OperationLogLine, in index: Int, by step: Int) {
        guard let item = line.item, var left = pending[index][item] else { return }
        left.changes -= step
        if line.units > 0 {
            left.additions += step
        } else if left.additions < left.needs.count {
            left.needs[left.additions] += Int64(step) * line.units
        }
        pending[index][item] = left
        switch line {
        case .opening(let book): stocks[item] = step > 0 ? book.stock : nil
        case .retired, .restored:
            if line.retires == (step > 0) { retired.insert(item) } else { retired.remove(item) }
        default: stocks[item, default: 0] += Int64(step) * line.units
        }
    }

    /// - Parameter more: what the stocks have more by then.
    private func isPossible(_ change: Change, more: [ItemNumber: Int64] = [:]) -> Bool {
        guard let item = change.line.item else { return true }
        switch change.line {
        case .opening: return stocks[item] == nil
        case .retired, .restored: guard change.line.retires != retired.contains(item) else { return false }
        default: break
        }
        guard let stock = stocks[item] ?? more[item].map({ _ in 0 }) else { return false }
        return stock + more[item, default: 0] + change.line.units >= 0
    }

    /// What a change leaves of a book's copies beyond those that another log needs until it brings some; less than 0
    /// too where it retires a book that another log still changes; nil where no other log is concerned.
    private func left(by change: Change, of index: Int) -> Int64? {
        guard let item = change.line.item else { return nil }
        let others = pending.indices.lazy.filter { $0 != index }.compactMap { self.pending[$0][item] }
        if case .retired = change.line { return others.contains { $0.changes > 0 } ? -1 : nil }
        guard change.line.units < 0, let need = others.compactMap(\.need).max() else { return nil }
        return stocks[item, default: 0] + change.line.units - need
    }

    /// In how many changes a log can, alone, add copies of the book of which it takes some; nil if it cannot.
    private func wayToAddition(_ index: Int) -> Int? {
        guard let item = head(index).line.item, pending[index][item]?.need != nil else { return nil }
        var more: [ItemNumber: Int64] = [:]
        let rest = logs[index][done[index]...].prefix(Self.lookAheadMax)
        for (count, change) in rest.enumerated() {
            guard isPossible(change, more: more) else { return nil }
            if change.line.item == item, change.line.units > 0 { return count + 1 }
            if let item = change.line.item { more[item, default: 0] += change.line.units }
        }
        return rest.count
    }
}

extension OperationLogLine {
    /// The book that a line changes.
    fileprivate var item: ItemNumber? {
        switch self {
        case .opening(let book): book.item
        case .update(let change): change.item
        case .retired(let item), .restored(let item): item
        case .edited(let edit): edit.item
        case .order(let movement): movement.item
        case .query, .recorded: nil
        }
    }

    /// What it adds to the book's stock.
    fileprivate var units: Int64 {
        switch self {
        case .opening(let book): book.stock
        case .update(let change): change.units ?? 0
        case .order(let movement): movement.change.units ?? 0
        case .retired, .edited, .restored, .query, .recorded: 0
        }
    }

    /// Whether it takes a book out of the shop.
    fileprivate var retires: Bool { if case .retired = self { true } else { false } }
}
