internal import Logging
internal import Model
internal import Storage
internal import Synchronization

/// The catalog log: every movement of the ledger, and the queries between them.
final class CatalogLog: Sendable {
    private let log: MarkedLog
    private let queryLogging: QueryLogging
    private let queryCount = Atomic<Int>(0)

    /// Opens the log of `store`, completes it from the ledger after a crash, or writes it anew.
    init(
        path: String, store: CatalogStore, queryLogging: QueryLogging, logger: Logger,
        execution: Execution = .threads
    ) throws {
        self.queryLogging = queryLogging
        try DatabaseFile.explained(store.path) {
            try CatalogLogRepair(path: path, store: store, logger: logger).run()
        }
        log = try MarkedLog(
            tier: "catalog", path: path, sequence: store.lastMovement, execution: execution)
        try store.save(log.mark)
    }

    /// Query lines that a full disk has cost.
    var droppedLineCount: Int { log.droppedLineCount }

    /// Notes a query. The line is made only if it is kept.
    func query(_ line: () -> String) {
        switch queryLogging {
        case .all: log.append(line())
        case .sampled:
            let count = queryCount.wrappingAdd(1, ordering: .relaxed).newValue
            if count % QueryLogging.sampledOneIn == 1 { log.append(line()) }
        case .off: break
        }
    }

    /// Runs a commit and logs what it executed: see ``Storage/MarkedLog/commit(_:)``.
    func commit(
        _ changes: [CatalogChange], _ body: (LogMark) throws -> CatalogStore.Batch
    ) throws -> CatalogStore.Batch {
        if PlantedBug.isOn(.logsBeforeCommit) { return try commitAfterLines(of: changes, body) }
        return try log.commit { mark in
            let batch = try body(mark)
            return (batch, batch.executed.map { MarkedLog.Line($0.logLine) })
        }
    }

    /// The planted bug: lines first.
    private func commitAfterLines(
        of changes: [CatalogChange], _ body: (LogMark) throws -> CatalogStore.Batch
    ) throws -> CatalogStore.Batch {
        let lines = changes.compactMap { change in
            if case .update(let change) = change { MarkedLog.Line(change.logLine) } else { nil }
        }
        _ = try log.commit { _ in ((), lines) }
        return try log.commit { mark in (try body(mark), []) }
    }

    /// Writes the lines of movements that a fault kept from the log.
    func catchUp(store: CatalogStore) throws {
        try log.catchUp { sequence in
            var lines: [String] = []
            try store.forEachMovement(after: sequence) { _, change in lines.append(change.logLine) }
            return lines
        }
    }

    /// Opens the path anew after log rotation.
    func reopen(store: CatalogStore) throws { try log.reopen(save: store.save) }

    func shutdown() throws { try log.shutdown() }
}
