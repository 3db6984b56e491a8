import Catalog
import Foundation
import Logging
import Model
import NIOCore
import NIOEmbedded
import Storage
import Synchronization

/// Work that an engine wants to have run, until the benchmark runs it on its own thread: the same steps every
/// time, in the same order.
final class SteppedWork: Sendable {
    private let waiting = Mutex<[@Sendable () -> Void]>([])

    var execution: Execution {
        .stepped(
            schedule: { [self] _, work in waiting.withLock { $0.append(work) } }, arrive: { _ in })
    }

    func runAll() {
        while true {
            let work = waiting.withLock { waiting in
                let taken = waiting
                waiting = []
                return taken
            }
            if work.isEmpty { return }
            for piece in work { piece() }
        }
    }
}

/// Changes through the commit loop, with a commit that does nothing.
struct CommitBench {
    static let batchCount = 64

    private let work = SteppedWork()
    private let loop = EmbeddedEventLoop()
    private let commits: CommitLoop<Int, Int>

    init() {
        commits = CommitLoop(name: "bench", execution: work.execution) { $0.map { .success($0) } }
    }

    func commitBatch() {
        for number in 0..<Self.batchCount {
            commits.submit(number, on: loop) { _ in }
        }
        work.runAll()
        loop.run()
    }
}

/// Sales of one title through the catalog's engine, its ledger on the disk and its log.
struct LedgerBench {
    private let folder: String
    private let work = SteppedWork()
    private let loop = EmbeddedEventLoop()
    private let engine: CatalogEngine
    private let item: ItemNumber

    init() throws {
        folder = NSTemporaryDirectory() + "ledger-bench-\(getpid())"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let book = Book.defaults[0]
        item = book.item
        let stocked = Book(
            item: book.item, title: book.title, topic: book.topic, price: book.price, stock: Book.stockMax)
        let store = try CatalogStore.open(folder: folder, firstBooks: { [stocked] })
        engine = try CatalogEngine(
            store: store, logPath: folder + "/catalog_log", queryLogging: .all,
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }, execution: work.execution,
            broken: { fatalError("the ledger's disk failed: \($0)") })
    }

    func sellBatch() throws {
        var outcomes: [EventLoopFuture<UpdateOutcome>] = []
        for _ in 0..<CommitBench.batchCount {
            outcomes.append(engine.update(.sale(of: item, key: .random()), on: loop))
        }
        work.runAll()
        loop.run()
        for outcome in outcomes { _ = try outcome.wait() }
    }

    func close() throws {
        try engine.shutdown()
        try FileManager.default.removeItem(atPath: folder)
    }
}
