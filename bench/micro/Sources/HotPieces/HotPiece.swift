import Catalog
import Model
import Monitoring
import NIOCore
import StoreAPI
import TierHTTP

/// A piece of code that every request or every sale passes through, alone and on one thread.
public struct HotPiece: Sendable {
    /// A piece with what it needs, ready to run again and again.
    public struct Ready {
        /// Runs it once.
        public let run: () throws -> Void
        /// Lets go of what it needed.
        public let close: () throws -> Void

        init(close: @escaping () throws -> Void = {}, run: @escaping () throws -> Void) {
            self.run = run
            self.close = close
        }
    }

    /// What it is, as the baseline and its readers name it.
    public let name: String
    /// Makes it ready to run.
    public let prepare: @Sendable () throws -> Ready

    /// All pieces. One run of the first three is a thousand books, request lines or fields.
    public static let all: [HotPiece] = [
        HotPiece(name: "encode 1,000 books") {
            let book = Book.defaults[0]
            return Ready {
                for _ in 0..<1_000 { keep(Book.result(book)) }
            }
        },
        HotPiece(name: "parse 1,000 request lines") {
            let line = "/lookup?item_number=4711"
            return Ready {
                for _ in 0..<1_000 { keep(try RequestTarget(line).required("item_number", orInPath: true)) }
            }
        },
        HotPiece(name: "parse 1,000 traceparent fields") {
            let field = TraceContext().field
            return Ready {
                for _ in 0..<1_000 { keep(TraceContext(parsing: field)) }
            }
        },
        HotPiece(name: "commit loop alone, 64 changes") {
            let bench = CommitBench()
            return Ready { bench.commitBatch() }
        },
        HotPiece(name: "ledger append, 64 sales") {
            let bench = try LedgerBench()
            return Ready(close: bench.close) { try bench.sellBatch() }
        },
    ]
}

/// Makes the compiler believe that a value is used.
@inline(never)
private func keep(_ value: some Any) {}
