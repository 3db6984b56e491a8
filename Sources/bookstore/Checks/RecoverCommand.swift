internal import ArgumentParser
internal import Audit
internal import Foundation
internal import Linearizability
internal import Model

/// `bookstore recover`
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Rebuild a lost database from the logs.",
        discussion: """
            A missing catalog database is rebuilt from catalog_log, a missing order database from the \
            catalog's ledger. Stop the store first. Databases that are there are never touched: move a \
            damaged one away. Rotated logs (catalog_log.2.gz, catalog_log.1, or catalog_log-20261123) are found \
            beside the current ones; --catalog-log names others, the oldest first. Nothing is rebuilt from logs of \
            which one is missing.

            Logs have no idempotency keys. They come back from the order database; where that is lost too, a \
            purchase that a client repeats with its key is made again, and its receipt is not found. A backup \
            has the keys.

            An order server on a machine of its own needs no recovery: it takes its orders from the ledger as \
            soon as it reaches the catalog.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @Option(
        help: ArgumentHelp("A catalog log; repeat it for rotated ones, the oldest first.", valueName: "file"),
        completion: .file())
    var catalogLog: [String] = []
    @Option(
        help: ArgumentHelp("An order log; repeat it for rotated ones, the oldest first.", valueName: "file"),
        completion: .file())
    var orderLog: [String] = []
    @Flag(help: "Take the orders from order_log alone, for a catalog of another make that keeps no ledger.")
    var withoutLedger = false
    @Flag(help: "The store was opened without books (--books none), so its log does not begin with any.")
    var openedEmpty = false
    @Flag(help: "Print what was rebuilt, and the notes on it, as JSON.") var json = false

    /// What `--json` prints.
    private struct Rebuilt: Encodable {
        let folder: String
        let rebuilt: [String]
        let notes: [String]
    }

    func run() async throws {
        let settings = try await common.load([.data: data.data, .store: data.store])
        let store = StoreFiles(
            data: settings.text(.data), url: try settings.storeURL(), output: settings.text(.output))
        let hasCatalog = try store.hasCatalog
        let hasOrders = try store.hasOrders
        guard !hasOrders || !hasCatalog && !withoutLedger else {
            throw WorkFault(
                hasCatalog
                    ? "both databases are in '\(store.place)'; nothing was changed. Move a damaged one away first"
                    : "the order database is in '\(store.place)'; nothing was changed")
        }
        var recovery = Recovery()
        let rebuilt: [String]
        if withoutLedger {
            guard !hasCatalog else {
                throw WorkFault("the catalog in '\(store.place)' keeps a ledger: leave --without-ledger out")
            }
            try rebuildOrders(of: store, with: &recovery)
            rebuilt = ["orders"]
        } else {
            try rebuild(store, hasCatalog: hasCatalog, hasOrders: hasOrders, with: &recovery)
            rebuilt = (hasCatalog ? [] : ["catalog"]) + (hasOrders ? [] : ["orders"])
        }
        guard !json else {
            return try Output.json(Rebuilt(folder: store.place, rebuilt: rebuilt, notes: recovery.notes))
        }
        for note in recovery.notes { Output.message(note) }
        let names = rebuilt.map { "the \($0)" }.joined(separator: " and ")
        Output.line("Rebuilt in \(store.place): \(names).")
        Output.line("Check it by 'bookstore verify' after the next start of the store.")
    }

    private func rebuild(
        _ store: StoreFiles, hasCatalog: Bool, hasOrders: Bool, with recovery: inout Recovery
    ) throws {
        // Worked out before a folder or a lock is made: what cannot be rebuilt leaves no trace.
        let catalog =
            hasCatalog ? nil : try self.catalog(of: store, hasOrders: hasOrders, with: &recovery)
        let orders =
            hasOrders ? nil : recovery.orders(from: try catalog ?? store.ledger)
        try store.write(catalog: catalog, orders: orders)
    }

    /// What the lost catalog database held.
    private func catalog(
        of store: StoreFiles, hasOrders: Bool, with recovery: inout Recovery
    ) throws -> LedgerSnapshot {
        let logs =
            catalogLog.isEmpty
            ? try OperationLogFiles(named: "catalog_log", in: store.output, needsCurrent: true)
            : OperationLogFiles(paths: catalogLog)
        sayUnread(logs)
        guard !logs.isEmpty else {
            throw FileFault(
                path: store.output, reason: "has no catalog_log to rebuild from; name it by --catalog-log")
        }
        let orders = hasOrders ? try store.orders : nil
        let orderLogs = try self.orderLogs(of: store)
        var audit = BooksAudit()
        let soldCounts = orderLogs.isEmpty ? nil : try audit.count(orderLog: orderLogs)
        if let fault = audit.discrepancies.first {
            throw FileFault(
                path: fault.place, reason: "\(ShownText.quoted(fault.found)) is no line of the order log")
        }
        return try recovery.catalog(
            log: logs, orders: orders, soldCounts: soldCounts, openedEmpty: openedEmpty,
            newLedger: .random(in: 1...Int64.max))
    }

    private func rebuildOrders(of store: StoreFiles, with recovery: inout Recovery) throws {
        let logs = try orderLogs(of: store)
        guard !logs.isEmpty else {
            throw FileFault(
                path: store.output, reason: "has no order_log to rebuild from; name it by --order-log")
        }
        try store.write(orders: try recovery.orders(from: logs))
    }

    private func orderLogs(of store: StoreFiles) throws -> OperationLogFiles {
        guard orderLog.isEmpty else { return OperationLogFiles(paths: orderLog) }
        let logs = try OperationLogFiles(named: "order_log", in: store.output, needsCurrent: true)
        sayUnread(logs)
        return logs
    }

    private func sayUnread(_ logs: OperationLogFiles) {
        for file in logs.unread {
            ExitStatus.say("bookstore: \(file) was not read: rotation gives no such name")
        }
    }
}
