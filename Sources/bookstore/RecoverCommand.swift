internal import ArgumentParser
internal import Audit
internal import Catalog
internal import Foundation
internal import Model
internal import Order
internal import Storage

/// `bookstore recover`
struct RecoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recover", abstract: "Rebuild a lost database from the logs.",
        discussion: """
            A missing catalog database is rebuilt from catalog_log, a missing order database from the \
            catalog's ledger. Stop the store first. Databases that are there are never touched. Rotated \
            logs (catalog_log.2, catalog_log.1, or catalog_log-20261123) are found beside the current ones; \
            --catalog-log names others, the oldest first.
            """)

    @OptionGroup var common: CommonOptions
    @OptionGroup var data: DataOptions
    @Option(
        help: ArgumentHelp("A catalog log; repeat it for rotated ones, the oldest first.", valueName: "file"))
    var catalogLog: [String] = []
    @Option(
        help: ArgumentHelp("An order log; repeat it for rotated ones, the oldest first.", valueName: "file"))
    var orderLog: [String] = []

    func run() async throws {
        let settings = try await common.load([.data: data.data])
        let (folder, output) = (settings.text(.data), settings.text(.output))
        try Folder.prepare(folder, option: Setting.data.flag)
        let hasCatalog = CatalogStore.exists(in: folder)
        let hasOrders = OrderStoreSnapshot.exists(in: folder)
        guard !hasCatalog || !hasOrders else {
            throw WorkFault("both databases are in '\(folder)'; nothing is lost, and nothing was changed")
        }
        // Held to the end: a server that starts meanwhile must not meet a half-written database.
        let locks = [
            try DataLock(path: folder + "/catalog.lock"), try DataLock(path: folder + "/order.lock"),
        ]
        defer { withExtendedLifetime(locks) {} }
        var recovery = Recovery()
        if !hasCatalog {
            let logs =
                catalogLog.isEmpty
                ? OperationLogFiles(named: "catalog_log", in: output) : OperationLogFiles(paths: catalogLog)
            try rebuildCatalog(in: folder, logs: logs, output: output, hasOrders: hasOrders, with: &recovery)
        }
        if !hasOrders {
            let orders = recovery.orders(from: try CatalogSnapshot.read(folder: folder))
            try OrderStoreSnapshot.write(orders, folder: folder)
        }
        for note in recovery.notes { print(note) }
        print(
            "Rebuilt in \(folder): \([hasCatalog ? nil : "the catalog", hasOrders ? nil : "the orders"].compactMap { $0 }.joined(separator: " and "))."
        )
        print("Check it by 'bookstore verify' after the next start of the store.")
    }

    private func rebuildCatalog(
        in folder: String, logs: OperationLogFiles, output: String, hasOrders: Bool,
        with recovery: inout Recovery
    ) throws {
        guard !logs.isEmpty else {
            throw FileFault(
                path: output, reason: "has no catalog_log to rebuild from; name it by --catalog-log")
        }
        let orders = hasOrders ? try OrderStoreSnapshot.read(folder: folder) : nil
        let orderLogs =
            orderLog.isEmpty
            ? OperationLogFiles(named: "order_log", in: output) : OperationLogFiles(paths: orderLog)
        var audit = BooksAudit()
        let soldCounts = orderLogs.isEmpty ? nil : try audit.count(orderLog: orderLogs)
        if let fault = audit.discrepancies.first {
            throw FileFault(path: fault.place, reason: "'\(fault.found)' is no line of the order log")
        }
        let recovered = try recovery.catalog(
            log: logs, orders: orders, soldCounts: soldCounts, newLedger: .random(in: 1...Int64.max))
        try CatalogSnapshot.write(
            recovered.content, folder: folder, log: output + "/catalog_log",
            loggedCount: recovered.loggedCount)
    }
}
