internal import Dispatch
internal import Model
internal import NIOCore
internal import Storage
internal import Synchronization

/// Keeps a catalog's shelf as new as a database that other catalogs write to: reads wait here until the shelf shows all
/// that was committed before they began.
///
/// One question serves all that wait; who comes while it is on its way waits for the next one.
final class ShelfFollower: Sendable {
    /// Attempts at one question: each follows something that happened to the shelf meanwhile.
    private static let attemptCountMax = 8

    private struct State {
        /// What waits for the next question, a promise for each event loop.
        var waiting: [ObjectIdentifier: EventLoopPromise<Void>] = [:]
        var isAsking = false
    }

    private let index: any ReadIndex
    private let store: any CatalogStoring
    private let shelf: SharedShelf
    private let execution: Execution
    /// Called when books came, went or were edited by another catalog.
    private let rangeChanged: @Sendable () -> Void
    private let state = Mutex(State())
    private let questions = DispatchQueue(label: "catalog-read-index")

    init(
        _ index: any ReadIndex, store: any CatalogStoring, shelf: SharedShelf, execution: Execution,
        rangeChanged: @escaping @Sendable () -> Void
    ) {
        self.index = index
        self.store = store
        self.shelf = shelf
        self.execution = execution
        self.rangeChanged = rangeChanged
    }

    /// Ends when the shelf is as new as the database was at this call, or newer.
    ///
    /// - Returns: fails with ``Model/StoreError/unavailable`` where that cannot be found out.
    func catchUp(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        let (promise, begins) = state.withLock { state in
            let id = ObjectIdentifier(eventLoop)
            let promise = state.waiting[id] ?? eventLoop.makePromise(of: Void.self)
            state.waiting[id] = promise
            defer { state.isAsking = true }
            return (promise, !state.isAsking)
        }
        if begins { askNext() }
        return promise.futureResult
    }

    private func askNext() {
        execution.run(.read) { [self] in
            ask()
        } onThreads: { ask in
            questions.async(execute: ask)
        }
    }

    private func ask() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            return state.waiting.values
        }
        let result = Result {
            if PlantedBug.isOn(.trustsMemory) { return }
            do { try bringUp() } catch  where PlantedBug.isOn(.readsOnWhenCutOff) {}
        }
        for promise in waiting { promise.completeWith(result) }
        let goesOn = state.withLock { state in
            state.isAsking = !state.waiting.isEmpty
            return state.isAsking
        }
        if goesOn { askNext() }
    }

    /// Makes the shelf as new as the database is. Waits for the database.
    func bringUp() throws {
        for _ in 0..<Self.attemptCountMax {
            guard let changes = try index.changes(after: shelf.position) else {
                try shelf.fill(from: store)
                rangeChanged()
                continue
            }
            guard shelf.show(changes) else { continue }
            if changes.books.changeRange { rangeChanged() }
            return
        }
        throw StoreError.unavailable(tier: "catalog", reason: .databaseFault, outcomeUnknown: false)
    }

    func close() { index.close() }
}
