internal import ArgumentParser
internal import Audit
internal import Catalog
internal import Foundation
internal import Linearizability
internal import Model
internal import Order
internal import Storage

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
        try settings.refuseStoreURL(
            "restore it from its backup; what the backup lacks is not rebuilt from the logs")
        let store = StoreFiles(data: settings.text(.data), output: settings.text(.output))
        let hasCatalog = CatalogStore.exists(in: store.data)
        let hasOrders = OrderStoreSnapshot.exists(in: store.data)
        guard !hasOrders || !hasCatalog && !withoutLedger else {
            throw WorkFault(
                hasCatalog
                    ? "both databases are in '\(store.data)'; nothing was changed. Move a damaged one away first"
                    : "the order database is in '\(store.data)'; nothing was changed")
        }
        var recovery = Recovery()
        let rebuilt: [String]
        if withoutLedger {
            guard !hasCatalog else {
                throw WorkFault("the catalog in '\(store.data)' keeps a ledger: leave --without-ledger out")
            }
            try rebuildOrders(of: store, with: &recovery)
            rebuilt = ["orders"]
        } else {
            try rebuild(store, hasCatalog: hasCatalog, hasOrders: hasOrders, with: &recovery)
            rebuilt = (hasCatalog ? [] : ["catalog"]) + (hasOrders ? [] : ["orders"])
        }
        guard !json else {
            return try Output.json(Rebuilt(folder: store.data, rebuilt: rebuilt, notes: recovery.notes))
        }
        for note in recovery.notes { Output.message(note) }
        let names = rebuilt.map { "the \($0)" }.joined(separator: " and ")
        Output.line("Rebuilt in \(store.data): \(names).")
        Output.line("Check it by 'bookstore verify' after the next start of the store.")
    }

    private func rebuild(
        _ store: StoreFiles, hasCatalog: Bool, hasOrders: Bool, with recovery: inout Recovery
    ) throws {
        // Worked out before a folder or a lock is made: what cannot be rebuilt leaves no trace.
        let catalog =
            hasCatalog ? nil : try self.catalog(of: store, hasOrders: hasOrders, with: &recovery)
        let orders =
            hasOrders ? nil : recovery.orders(from: try catalog ?? CatalogSnapshot.read(folder: store.data))
        try withLocks(on: store.data) {
            if let catalog {
                // Of the lost ledger, whose movements may have had other numbers.
                CatalogStore.removeIndex(in: store.data)
                try CatalogSnapshot.write(catalog, folder: store.data)
            }
            if let orders { try OrderStoreSnapshot.write(orders, folder: store.data) }
        }
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
        let orders = hasOrders ? try OrderStoreSnapshot.read(folder: store.data) : nil
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
        let orders = try recovery.orders(from: logs)
        try withLocks(on: store.data) { try OrderStoreSnapshot.write(orders, folder: store.data) }
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

    /// Holds off servers: one that starts meanwhile must not meet a half-written database, and one that runs
    /// has a database that only seems to be gone.
    private func withLocks(on folder: String, _ body: () throws -> Void) throws {
        try Folder.prepare(folder, option: Setting.data.flag)
        for warning in PrivateFiles.tighten(in: folder) { ExitStatus.say("bookstore: \(warning)") }
        let locks = [
            try DataLock(path: folder + "/catalog.lock"), try DataLock(path: folder + "/order.lock"),
        ]
        try withExtendedLifetime(locks, body)
    }
}
