internal import Dispatch
internal import Model
internal import Monitoring
internal import NIOCore
internal import Storage
internal import Synchronization

/// The full-text index behind find: an SQLite file of its own that follows the catalog's database.
///
/// It holds nothing that the catalog does not have, so it is thrown away where it does not fit and made
/// again. It is filled apart from the sales, a piece at a time, and waits as long as it works, so that a store
/// of a million books stays as quick as ever while its index grows.
///
/// Searches have threads of their own, a few at once: see ``SearchLimits``.
final class BookFinder: Sendable {
    /// Told what was found.
    typealias Done = @Sendable (Result<FoundBooks, any Error>) -> Void

    private struct Search: Sendable {
        let query: FindQuery
        let client: ClientPresence?
        var watch: ClientPresence.Watch?
        let done: Done
    }

    private struct Line {
        var order: SearchLine
        var searches: [Int: Search] = [:]
    }

    private struct Opened {
        let index: FindIndex
        /// Whether it had all books once, and there were some.
        var isMade = false
        /// The catalog's last movement when the index last had all books; nil while it lacks some.
        var completeThrough: Int64?
        /// Whether a search has waited in vain for what it lacks. Further ones take in their part and do not wait.
        var isFarBehind = false
    }

    /// Books taken in at once: some tens of milliseconds.
    private static let pieceCountMax = 1_000

    private let catalog: any CatalogStoring
    private let shelf: SharedShelf
    private let limits: SearchLimits
    private let queue = DispatchQueue(label: "find")
    private let workers = DispatchQueue(label: "find-searches", attributes: .concurrent)
    private let work = DispatchGroup()
    private let opened = Mutex<Opened?>(nil)
    private let line: Mutex<Line>
    private let isStopped = Atomic<Bool>(false)
    private let fullCount = Atomic<Int>(0)
    private let lateCount = Atomic<Int>(0)
    private let leftCount = Atomic<Int>(0)

    init(catalog: any CatalogStoring, shelf: SharedShelf, limits: SearchLimits = SearchLimits()) {
        self.catalog = catalog
        self.shelf = shelf
        self.limits = limits
        line = Mutex(Line(order: SearchLine(limits)))
    }

    /// Takes in what the index lacks, in the background.
    func follow() {
        queue.async { [self] in
            guard !isStopped.load(ordering: .relaxed) else { return }
            let start = DispatchTime.now().uptimeNanoseconds
            let isComplete = (try? catchUp(countMax: Self.pieceCountMax)) ?? true
            guard !isComplete else { return }
            let worked = DispatchTime.now().uptimeNanoseconds - start
            DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(Int(worked))) { [weak self] in
                self?.follow()
            }
        }
    }

    // MARK: Searching

    /// Looks for books.
    ///
    /// - Parameters:
    ///   - client: who asks. The search is given up when they leave.
    ///   - done: called once, on any thread. Fails with ``Model/StoreError/overloaded(_:)`` while the index is
    ///     being made, when too many search, and when the search itself takes too long.
    func find(_ query: FindQuery, for client: ClientPresence? = nil, done: @escaping Done) {
        let search = Search(query: query, client: client, done: done)
        let ticket = line.withLock { line in
            let ticket = line.order.offer(client: client.map { ObjectIdentifier($0) }, at: .now())
            if let ticket { line.searches[ticket.number] = search }
            return ticket
        }
        guard let ticket else {
            fullCount.wrappingAdd(1, ordering: .relaxed)
            return done(.failure(Self.tooMany))
        }
        if let client {
            let watch = client.watch { [weak self] in self?.left(ticket) }
            // It may have ended already, and then nothing else ends the watch.
            let isThere = line.withLock { $0.searches[ticket.number]?.watch = watch } != nil
            if !isThere { client.end(watch) }
        }
        beginNext()
    }

    /// Searches that wait for their turn.
    var waitingCount: Int { line.withLock { $0.order.waitingCount } }

    private func beginNext() {
        let (begin, late) = line.withLock { line in
            let (begin, late) = line.order.next(at: .now())
            return (
                begin.compactMap { ticket in line.searches[ticket.number].map { (ticket, $0) } },
                late.compactMap { line.searches.removeValue(forKey: $0.number) }
            )
        }
        fullCount.wrappingAdd(late.count, ordering: .relaxed)
        for search in late { end(search, .failure(Self.tooMany)) }
        for (ticket, search) in begin {
            workers.async(group: work) { [self] in
                let result = Result { try run(search) }
                let ended = line.withLock { line in
                    line.order.end(ticket)
                    return line.searches.removeValue(forKey: ticket.number)
                }
                if let ended { end(ended, result) }
                beginNext()
            }
        }
    }

    private func run(_ search: Search) throws -> FoundBooks {
        let isThere = { search.client?.hasLeft != true }
        guard !isStopped.load(ordering: .relaxed) else {
            throw StoreError.unavailable(tier: "catalog", reason: .stopping, outcomeUnknown: false)
        }
        guard isThere() else { throw StoreError.clientLeft }
        let index = search.query.asksIndex ? try index(while: isThere) : nil
        let deadline = NIODeadline.now() + limits.timeMax
        let selection = BookSelection(search.query, shelf: shelf, catalog: catalog) { [self] in
            isThere() && .now() < deadline && !isStopped.load(ordering: .relaxed)
        }
        guard let found = try index.map(selection.found) ?? selection.foundOnShelf() else {
            guard isThere() else {
                leftCount.wrappingAdd(1, ordering: .relaxed)
                throw StoreError.clientLeft
            }
            lateCount.wrappingAdd(1, ordering: .relaxed)
            throw StoreError.overloaded(.searchTooLong)
        }
        return found
    }

    /// A client has left: what waits for it ends now, what is at work notices by itself.
    private func left(_ ticket: SearchLine.Ticket) {
        let search = line.withLock { line in
            line.order.leave(ticket) ? line.searches.removeValue(forKey: ticket.number) : nil
        }
        guard let search else { return }
        leftCount.wrappingAdd(1, ordering: .relaxed)
        end(search, .failure(StoreError.clientLeft))
    }

    private func end(_ search: Search, _ result: Result<FoundBooks, any Error>) {
        if let watch = search.watch { search.client?.end(watch) }
        search.done(result)
    }

    private static let tooMany = StoreError.overloaded(.searchesWaiting)

    // MARK: The index

    /// The index with all books in it, or, behind a large import, with those that it has: while so many are taken in, the
    /// others can still be found.
    ///
    /// - Throws: ``Model/StoreError/overloaded(_:)`` while the index is being made.
    private func index(while isWanted: () -> Bool) throws -> FindIndex {
        let last = catalog.lastMovement
        let complete = opened.withLock { $0.flatMap { $0.completeThrough == last ? $0.index : nil } }
        if let complete { return complete }
        let deadline = NIODeadline.now() + limits.takingTimeMax
        while try !catchUp(countMax: limits.takenCountMax), isWanted() {
            let isFarBehind = opened.withLock { opened in
                if .now() >= deadline { opened?.isFarBehind = true }
                return opened?.isFarBehind
            }
            if isFarBehind != false { break }
        }
        guard let opened = opened.withLock(\.self), opened.isMade else {
            throw StoreError.overloaded(.indexGrowing)
        }
        return opened.index
    }

    /// Closes the file.
    func shutdown() {
        isStopped.store(true, ordering: .relaxed)
        work.wait()
        queue.sync { opened.withLock { $0 = nil } }
    }

    /// Takes in up to `countMax` books; true when the index has all of them then.
    private func catchUp(countMax: Int) throws -> Bool {
        try opened.withLock { opened in
            guard !isStopped.load(ordering: .relaxed) else { return true }
            do {
                let index =
                    try opened?.index
                    ?? FindIndex(
                        in: catalog.folder, ledger: catalog.ledger, searchCountMax: limits.atOnceMax)
                let last = catalog.lastMovement
                let isComplete = try index.catchUp(with: catalog, countMax: countMax)
                opened = Opened(
                    index: index, isMade: opened?.isMade == true || isComplete && shelf.bookCount > 0,
                    completeThrough: isComplete ? last : nil,
                    isFarBehind: opened?.isFarBehind == true && !isComplete)
                return isComplete
            } catch {
                guard let isDamaged = FindIndex.isDamaged(by: error) else { throw error }
                opened = nil
                // A damaged index is worth nothing.
                if isDamaged { FindIndex.remove(in: catalog.folder) }
                throw StoreError.unavailable(tier: "catalog", reason: .indexFault, outcomeUnknown: false)
            }
        }
    }

    /// Figures for the metrics page.
    func samples() -> [MetricSample] {
        let (waiting, running) = line.withLock { ($0.order.waitingCount, $0.order.runningCount) }
        let unfinished = { (reason: String, count: borrowing Atomic<Int>) in
            MetricSample(
                "bookstore_searches_unfinished_total", .counter, Double(count.load(ordering: .relaxed)),
                labels: [("reason", reason)], help: "Searches by words that ended without a result.")
        }
        return [
            MetricSample(
                "bookstore_searches_running", .gauge, Double(running),
                help: "Searches by words that are at work."),
            MetricSample(
                "bookstore_searches_waiting", .gauge, Double(waiting),
                help: "Searches by words that wait for their turn."),
            unfinished("full", fullCount), unfinished("time", lateCount), unfinished("left", leftCount),
        ]
    }
}
