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
            purchase that a client repeats with its key is made again, and its receipt is not found. Nor do they \
            know the keepers: 'bookstore keeper add NAME --role owner' adds the first one again. A backup has both.

            An order server on a machine of its own needs no recovery: it takes its orders from the ledger as \
            soon as it reaches the catalog.

            The logs of several servers over PostgreSQL are given by an --output for each folder, in the order of the \
            servers, and only an empty database is rebuilt from them. The order between two logs stands in none: \
            where both set the price of a book, recover says so.
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
        let settings = try await common.load([.data: data.data, .store: data.store], takesOutputs: true)
        let store = try StoreFiles(settings, outputs: common.outputs)
        guard !store.isOfSeveral || catalogLog.isEmpty && orderLog.isEmpty && !withoutLedger else {
            throw ValidationError(
                "several --output, which are of several servers, go without --catalog-log, --order-log and --without-ledger"
            )
        }
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
        let catalogLogs = hasCatalog ? [] : try catalogLogs(of: store)
        let lines = hasCatalog && !store.isOfSeveral ? [] : try lineCounts(of: store)
        let catalog =
            hasCatalog
            ? nil
            : try self.catalog(from: catalogLogs, of: store, hasOrders: hasOrders, lines, with: &recovery)
        let orders =
            hasOrders ? nil : recovery.orders(from: try catalog ?? store.ledger, lineCounts: lines)
        try store.write(catalog: catalog, orders: orders)
    }

    private func catalogLogs(of store: StoreFiles) throws -> [OperationLogFiles] {
        let logs =
            catalogLog.isEmpty
            ? try store.logs("catalog_log", needsCurrent: true) : [OperationLogFiles(paths: catalogLog)]
        logs.forEach(StoreFiles.sayUnread)
        guard !logs.isEmpty else {
            throw FileFault(
                path: store.outputs.joined(separator: ", "),
                reason: "has no catalog_log to rebuild from; name it by --catalog-log")
        }
        return logs
    }

    /// What the lost catalog database held.
    private func catalog(
        from logs: [OperationLogFiles], of store: StoreFiles, hasOrders: Bool,
        _ lines: [[OrderLogLine: Int]], with recovery: inout Recovery
    ) throws -> LedgerSnapshot {
        guard logs.count == 1 || !hasOrders else {
            throw WorkFault(
                """
                the orders are in '\(store.place)', and from several logs both are rebuilt, in an empty database; \
                nothing was changed
                """)
        }
        var sold: [ItemNumber: Int] = [:]
        for case (let line, let count) in lines.joined() where line.state == .placed {
            sold[line.item, default: 0] += count
        }
        return try recovery.catalog(
            logs: logs, orders: hasOrders ? try store.orders : nil, soldCounts: lines.isEmpty ? nil : sold,
            openedEmpty: openedEmpty, newLedger: .random(in: 1...Int64.max))
    }

    /// How often each line stands in each order log.
    private func lineCounts(of store: StoreFiles) throws -> [[OrderLogLine: Int]] {
        var audit = BooksAudit()
        let counts = try orderLogs(of: store).map { try audit.count(orderLog: $0) }
        if let fault = audit.discrepancies.first {
            throw FileFault(
                path: fault.place, reason: "\(ShownText.quoted(fault.found)) is no line of the order log")
        }
        return counts
    }

    private func rebuildOrders(of store: StoreFiles, with recovery: inout Recovery) throws {
        let logs = try orderLogs(of: store)
        guard let log = logs.first else {
            throw FileFault(
                path: store.outputs[0], reason: "has no order_log to rebuild from; name it by --order-log")
        }
        try store.write(orders: try recovery.orders(from: log))
    }

    private func orderLogs(of store: StoreFiles) throws -> [OperationLogFiles] {
        guard orderLog.isEmpty else { return [OperationLogFiles(paths: orderLog)] }
        let logs = try store.logs("order_log", needsCurrent: true)
        logs.forEach(StoreFiles.sayUnread)
        return logs
    }
}
