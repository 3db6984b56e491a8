internal import Foundation
internal import Logging
internal import Model
internal import Storage

/// Brings the order log up to its orders when the order server starts.
struct OrderLogRepair: Sendable {
    let path: String
    let store: any OrderStoring
    let logger: Logger

    /// Writes the lines that a crash kept from the log. Those that the log has and the store does not may be of
    /// orders that a power cut took, and the ledger brings back.
    func run() throws -> RepairedLog {
        var tail: LogTail?
        var base: LogMark?
        var target = path
        if let mark = try store.logMark() {
            let (finding, found) = try LogTail.read(
                path: path, mark: mark, isOperation: OrderLogLine.isLogged)
            if case .tail(let lines) = finding {
                (tail, base, target) = (lines, mark, found)
            } else {
                logger.warning(
                    "\(path) is not the log that was written last; it is compared with all orders")
            }
        }
        var unclaimed = try tail ?? LogTail.whole(path: path, isOperation: OrderLogLine.isLogged)
        var missing = Data()
        try store.forEachLine(after: base?.sequence ?? 0) { line in
            if !unclaimed.take(line) { missing.append(contentsOf: (line + "\n").utf8) }
        }
        if !missing.isEmpty {
            try LogFile.append(missing, to: target)
            logger.notice("\(target): completed with lines of orders that a crash kept from it")
        }
        return RepairedLog(unclaimed: unclaimed, base: base)
    }
}
