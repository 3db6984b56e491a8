internal import Foundation
internal import Logging
internal import Model
internal import Storage

/// The order log: a line for every order.
final class OrderLog: Sendable {
    private let log: MarkedLog

    /// Opens the log of `store`, and completes it after a crash.
    init(path: String, store: OrderStore, logger: Logger, execution: Execution = .threads) throws {
        let found = try DatabaseFile.explained(store.path) {
            try Self.repair(path: path, store: store, logger: logger)
        }
        log = try MarkedLog(
            tier: "order", path: path, sequence: store.lastNumber, unclaimed: found.unclaimed,
            base: found.base, execution: execution)
        try store.save(log.mark)
    }

    /// Runs a commit and logs the new orders: see ``Storage/MarkedLog/commit(_:)``.
    func commit(_ body: (LogMark) throws -> OrderStore.Batch) throws -> OrderStore.Batch {
        try log.commit { mark in
            let batch = try body(mark)
            let logged = PlantedBug.isOn(.logsOrderAgain) ? batch.stored : batch.added
            let lines = logged.map { record in
                if case .ledgerEarlier = record.origin {
                    return MarkedLog.Line(OrderRecord.logLine(record.item), mayBeThere: true)
                }
                return MarkedLog.Line(OrderRecord.logLine(record.item))
            }
            return (batch, lines)
        }
    }

    /// Lines in the log that no order claims. After the ledger was followed to its end there are none,
    /// unless the log is of another store.
    var unclaimedCount: Int { log.unclaimedCount }

    /// Writes the lines of orders that a fault kept from the log.
    func catchUp(store: OrderStore) throws {
        try log.catchUp { number in
            var lines: [String] = []
            try store.forEachPurchase(after: number) { lines.append(OrderRecord.logLine($0)) }
            return lines
        }
    }

    /// Opens the path anew after log rotation.
    func reopen(store: OrderStore) throws { try log.reopen(save: store.save) }

    func shutdown() throws { try log.shutdown() }

    // MARK: Repair

    /// Writes the lines that a crash kept from the log.
    ///
    /// - Returns: lines that the log has and the store does not, and the mark they stand behind.
    private static func repair(
        path: String, store: OrderStore, logger: Logger
    ) throws -> (unclaimed: LogTail, base: LogMark?) {
        var tail: LogTail?
        var base: LogMark?
        var target = path
        if let mark = try store.logMark() {
            let (finding, found) = try LogTail.read(path: path, mark: mark, isOperation: isOrder)
            if case .tail(let lines) = finding {
                (tail, base, target) = (lines, mark, found)
            } else {
                logger.warning(
                    "\(path) is not the log that was written last; it is compared with all orders")
            }
        }
        var unclaimed = try tail ?? LogTail.whole(path: path, isOperation: isOrder)
        var missing = Data()
        try store.forEachPurchase(after: base?.sequence ?? 0) { item in
            let line = OrderRecord.logLine(item)
            if !unclaimed.take(line) { missing.append(contentsOf: (line + "\n").utf8) }
        }
        if !missing.isEmpty {
            try LogFile.append(missing, to: target)
            logger.notice("\(target): completed with lines of orders that a crash kept from it")
        }
        return (unclaimed, base)
    }

    private static func isOrder(_ line: Substring) -> Bool { line.hasPrefix("bought book ") }
}
