internal import ArgumentParser
internal import Audit
internal import Foundation
internal import Model

/// The logs of a store's servers, and what each of them should have.
extension StoreFiles {
    /// The log of one server.
    struct ServerLog {
        let file: String
        let output: String
        /// The log, in messages.
        let name: String

        /// With the files that rotation has made of it until now.
        var files: OperationLogFiles { get throws { try OperationLogFiles(named: file, in: output) } }
    }

    /// A log with what it should have of a database.
    typealias Part<Content> = (log: ServerLog, content: Content)

    /// The files that a command is asked about.
    ///
    /// - Throws: `ValidationError` for outputs that cannot be those of several servers; ``Model/FileFault`` for one that
    ///   is not there.
    init(_ settings: Settings, outputs: [String]) throws {
        let url = try settings.storeURL()
        self.init(
            data: settings.text(.data), url: url,
            outputs: outputs.isEmpty ? [settings.text(.output)] : outputs)
        guard isOfSeveral else { return }
        guard url != nil else {
            throw ValidationError(
                "several \(Setting.output.flag) are of several servers, which only a store in PostgreSQL has: name it by --store"
            )
        }
        var paths: Set<String> = []
        for output in outputs {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: output, isDirectory: &isFolder), isFolder.boolValue
            else {
                throw FileFault(
                    path: output,
                    reason: "there is no such folder; name those of the logs by \(Setting.output.flag)")
            }
            guard paths.insert(URL(fileURLWithPath: output).resolvingSymlinksInPath().path).inserted else {
                throw ValidationError("\(Setting.output.flag) \(ShownText.quoted(output)) is given twice")
            }
        }
    }

    /// Whether the logs are of several servers of a tier, or may be.
    var isOfSeveral: Bool { outputs.count > 1 }

    /// The log of each server that has one, with its rotated files.
    func logs(_ file: String, needsCurrent: Bool = false) throws -> [OperationLogFiles] {
        try outputs.map { try OperationLogFiles(named: file, in: $0, needsCurrent: needsCurrent) }
            .filter { !$0.isEmpty }
    }

    /// Names the files beside the logs that were not read.
    func sayUnread() throws {
        for file in ["catalog_log", "order_log"] {
            for output in outputs { Self.sayUnread(try OperationLogFiles(named: file, in: output)) }
        }
    }

    static func sayUnread(_ log: OperationLogFiles) {
        for file in log.unread {
            ExitStatus.say("bookstore: \(file) was not read: rotation gives no such name")
        }
    }

    /// The log of each server that has one; of a store's only output also one that is missing.
    ///
    /// - Parameter name: how the log is called where it is the only one.
    func serverLogs(_ file: String, alone name: String) throws -> [ServerLog] {
        guard isOfSeveral else { return [ServerLog(file: file, output: outputs[0], name: name)] }
        return try outputs.map { ServerLog(file: file, output: $0, name: "\($0)/\(file)") }
            .filter { try !$0.files.isEmpty }
    }

    /// The part of the ledger that each catalog's log should have.
    func parts(
        of ledger: LedgerSnapshot, for logs: [ServerLog], in audit: inout BooksAudit
    ) throws -> [Part<LedgerSnapshot>] {
        guard logs.count > 1 || ledger.logs.count > 1 else { return logs.map { ($0, ledger) } }
        let openingCount = ledger.books.count { $0.addedBy == nil }
        let lines = Dictionary(grouping: ledger.movements, by: \.log).mapValues { $0.map(\.entry.logLine) }
        let numbers = LogMatching.numbers(
            of: try logs.map { try $0.files.changes(after: openingCount) }, among: lines)
        audit.add(without(numbers, of: lines, BooksAudit.catalogLogName))
        return zip(logs, numbers).map { ($0, ledger.part(of: $1)) }
    }

    /// The orders that each order server's log should have.
    func parts(
        of orders: OrderSnapshot, for logs: [ServerLog], in audit: inout BooksAudit
    ) throws -> [Part<OrderSnapshot>] {
        guard logs.count > 1 || orders.logs.count > 1 else { return logs.map { ($0, orders) } }
        let lines = Dictionary(grouping: orders.orders, by: \.log).mapValues { orders in
            var lines: [String] = []
            for order in orders {
                OrderLogLine.forEach(of: order.item, order.share) {
                    lines += Array(repeating: $0.text, count: Int($1))
                }
            }
            return lines
        }
        let numbers = LogMatching.numbers(of: try logs.map { try $0.files.lines }, among: lines)
        audit.add(without(numbers, of: lines, BooksAudit.orderLogName))
        return zip(logs, numbers).map { ($0, orders.part(of: $1)) }
    }

    /// The logs of a database that no output has.
    private func without(
        _ numbers: [Int64?], of lines: [Int64: [String]], _ name: String
    ) -> [BooksAudit.Discrepancy] {
        lines.keys.sorted().filter { !numbers.contains($0) }.map { number in
            BooksAudit.Discrepancy(
                place: "\(name) \(number)",
                expected: "\(lines[number]?.count ?? 0) lines in an output of their own",
                found: "no such output; name each server's by \(Setting.output.flag)")
        }
    }
}
