import Foundation
import Model
import Monitoring
import Services
import Storage
import TestSupport
import Testing
import TierHTTP

@testable import Catalog
@testable import Order

/// A damaged order log is repaired to exactly one line for each order.
@Suite struct OrderLogTests {
    private static let bought = [first, second, first, second, first, Book.defaults[2]]
    private static let lines = bought.map { "bought book \($0.item)" }

    /// A shop that has sold the books above one at a time, and was then shut down.
    ///
    /// - Parameter body: also gets a copy of the order database from before the last three purchases.
    private func withUsedShop(
        _ body: (ShopFolder, TierLoops, _ earlier: Data) async throws -> Void
    ) async throws {
        try await withShopFolder { folder in
            try await withLoops { loops in
                try await buy(Self.bought[...2], from: 0, in: folder, loops)
                let earlier = folder.kind == .sqlite ? try database(folder) : Data()
                try await buy(Self.bought[3...], from: 3, in: folder, loops)
                #expect(try folder.orderLines() == Self.lines)
                try await body(folder, loops, earlier)
            }
        }
    }

    private func buy(
        _ books: ArraySlice<Book>, from number: Int, in folder: ShopFolder, _ loops: TierLoops
    ) async throws {
        try await folder.withCatalog { catalog in
            try await folder.withOrders(of: catalog) { orders in
                let shop = Shop(folder: folder, catalog: catalog, orders: orders, loops: loops)
                for (index, book) in books.enumerated() {
                    let outcome = try await shop.outcome(book, "key \(number + index)")
                    #expect(outcome == .success)
                }
            }
        }
    }

    /// Opens the tiers and follows the ledger to its end, like the order server.
    private func restart(_ folder: ShopFolder, _ loops: TierLoops, unclaimedBefore: Int = 0) async throws {
        try await folder.withCatalog { catalog in
            try await folder.withOrders(of: catalog) { orders in
                #expect(orders.unclaimedLogLineCount == unclaimedBefore)
                while try await orders.complete(limit: 2, context: context(loops)).get() == 2 {}
                #expect(orders.unclaimedLogLineCount == 0)
            }
        }
    }

    /// Restores an earlier order database, as a power cut can.
    private func restore(_ database: Data, _ folder: ShopFolder) throws {
        for suffix in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder.orderDatabase + suffix)
        }
        try database.write(to: URL(fileURLWithPath: folder.orderDatabase))
    }

    private func database(_ folder: ShopFolder) throws -> Data {
        try Data(contentsOf: URL(fileURLWithPath: folder.orderDatabase))
    }

    @Test(.onEachStore) func aRestartChangesNothing() async throws {
        try await withUsedShop { folder, loops, _ in
            for _ in 0..<2 { try await restart(folder, loops) }
            #expect(try folder.orderLines() == Self.lines)
        }
    }

    @Test(.onEachStore) func rewritesAMissingLog() async throws {
        try await withUsedShop { folder, loops, _ in
            try FileManager.default.removeItem(atPath: folder.orderLog)
            try await restart(folder, loops)
            #expect(try folder.orderLines() == Self.lines)
        }
    }

    @Test(.onEachStore) func addsLinesLostInACrash() async throws {
        try await withUsedShop { folder, loops, _ in
            try folder.withStore { store in
                let position = try store.knownThrough
                try store.commitUnlogged([
                    .sale(position.number + 1, "late", Book.defaults[3].item, ledger: position.ledger)
                ])
            }
            try await restart(folder, loops)
            #expect(try folder.orderLines() == Self.lines + ["bought book 4"])
        }
    }

    /// Cuts the log at every byte, once with its last mark and once with a mark at the beginning.
    @Test(arguments: [true, false]) func aCutAnywhereIsRepaired(isMarkEarly: Bool) async throws {
        try await withUsedShop { folder, loops, _ in
            let whole = try Data(contentsOf: URL(fileURLWithPath: folder.orderLog))
            if isMarkEarly {
                try folder.withStore { store in
                    let mark = try #require(try store.logMark())
                    let start = OperationLog.Position(inode: mark.position.inode, offset: 0)
                    try store.save(LogMark(position: start, sequence: 0))
                }
            }
            let stored = try database(folder)
            try await folder.withCatalog { catalog in
                for byteCount in 0...whole.count {
                    try restore(stored, folder)
                    let handle = try #require(FileHandle(forWritingAtPath: folder.orderLog))
                    try handle.truncate(atOffset: 0)
                    try handle.write(contentsOf: whole[..<byteCount])
                    try handle.close()
                    // The second start uses the mark of the repair.
                    for _ in 0..<2 { try await folder.withOrders(of: catalog) { _ in } }
                    try #require(try folder.orderLines() == Self.lines, "cut at byte \(byteCount)")
                }
            }
        }
    }

    @Test func survivingLinesAreClaimedNotRepeated() async throws {
        try await withUsedShop { folder, loops, earlier in
            // The log is complete, but the order database lacks the last three orders.
            try restore(earlier, folder)
            try await restart(folder, loops, unclaimedBefore: 3)
            #expect(try folder.orderLines() == Self.lines)
            #expect(try folder.withStore { $0.lastNumber } == 6)
            try await restart(folder, loops)
            #expect(try folder.orderLines() == Self.lines)
        }
    }

    @Test func anEarlyOrderHasItsOwnLine() async throws {
        try await withUsedShop { folder, loops, earlier in
            try restore(earlier, folder)
            try await folder.withCatalog { catalog in
                try await folder.withOrders(of: catalog) { orders in
                    let shop = Shop(folder: folder, catalog: catalog, orders: orders, loops: loops)
                    // Its text equals that of an unclaimed line, but it is a new order.
                    let new = try await shop.outcome(second, "new")
                    #expect(new == .success)
                    // A repetition of such an order claims its line.
                    let again = try await shop.outcome(second, "key 3")
                    #expect(again == .success)
                    #expect(orders.unclaimedLogLineCount == 2)
                }
            }
            // The server ended before the repair was complete.
            try await restart(folder, loops, unclaimedBefore: 2)
            #expect(try folder.orderLines() == Self.lines + ["bought book 2"])
            try await restart(folder, loops)
            #expect(try folder.orderLines() == Self.lines + ["bought book 2"])
        }
    }

    @Test func completesATornOrderLine() async throws {
        try await withUsedShop { folder, loops, earlier in
            try restore(earlier, folder)
            let handle = try #require(FileHandle(forWritingAtPath: folder.orderLog))
            let byteCount = try handle.seekToEnd()
            try handle.truncate(atOffset: byteCount - 4)
            try handle.close()
            try await restart(folder, loops, unclaimedBefore: 2)
            #expect(try folder.orderLines() == Self.lines)
        }
    }

    @Test func refillsALostDatabaseFromTheLedger() async throws {
        try await withUsedShop { folder, loops, _ in
            try FileManager.default.removeItem(atPath: folder.orderDatabase)
            try await restart(folder, loops, unclaimedBefore: 6)
            #expect(try folder.orderLines() == Self.lines)
            try folder.withStore { store in
                let outcome = try store.outcome(of: orderKey("key 5"))
                #expect(outcome?.item == Book.defaults[2].item)
                #expect(store.lastNumber == 6)
            }
        }
    }

    @Test(.onEachStore) func completesARotatedLogInPlace() async throws {
        try await withUsedShop { folder, loops, _ in
            let rotated = folder.orderLog + ".1"
            try FileManager.default.moveItem(atPath: folder.orderLog, toPath: rotated)
            let handle = try #require(FileHandle(forWritingAtPath: rotated))
            try handle.truncate(atOffset: try handle.seekToEnd() - 3)
            try handle.close()
            try await restart(folder, loops)
            let lines = try String(contentsOfFile: rotated, encoding: .utf8).split(separator: "\n").map(
                String.init)
            #expect(lines == Self.lines)
            #expect(try folder.orderLines().isEmpty)
        }
    }

    /// Rotation copies the log and empties it. Lines in the copy are not written again.
    @Test(arguments: [true, false]) func doesNotRepeatLinesOfARotatedCopy(isDatabaseLost: Bool) async throws {
        try await withUsedShop { folder, loops, _ in
            try FileManager.default.copyItem(atPath: folder.orderLog, toPath: folder.orderLog + ".1")
            let handle = try #require(FileHandle(forWritingAtPath: folder.orderLog))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data("bought book 4\nbought b".utf8))
            try handle.close()
            if isDatabaseLost {
                try FileManager.default.removeItem(atPath: folder.orderDatabase)
            } else {
                try folder.withStore { store in
                    let position = try store.knownThrough
                    try store.commitUnlogged([
                        .sale(position.number + 1, "late", Book.defaults[3].item, ledger: position.ledger),
                        .sale(position.number + 2, "later", Book.defaults[3].item, ledger: position.ledger),
                    ])
                }
            }
            let expected = isDatabaseLost ? ["bought book 4"] : ["bought book 4", "bought book 4"]
            for start in 0..<2 {
                try await folder.withCatalog { catalog in
                    try await folder.withOrders(of: catalog) { orders in
                        let unclaimed = isDatabaseLost ? (start == 0 ? 7 : 1) : 0
                        #expect(orders.unclaimedLogLineCount == unclaimed)
                        _ = try await orders.complete(limit: 100, context: context(loops)).get()
                        #expect(orders.unclaimedLogLineCount == (isDatabaseLost ? 1 : 0))
                    }
                }
                #expect(try folder.orderLines() == expected)
            }
            #expect(
                try String(contentsOfFile: folder.orderLog + ".1", encoding: .utf8)
                    == Self.lines.map { $0 + "\n" }.joined())
        }
    }

    @Test(.onEachStore) func startsANewFileAfterRotation() async throws {
        try await withShop { shop in
            let rotated = shop.folder.orderLog + ".1"
            #expect(try await shop.outcome(first, "a") == .success)
            try FileManager.default.moveItem(atPath: shop.folder.orderLog, toPath: rotated)
            #expect(try await shop.outcome(first, "b") == .success)
            try shop.orders.reopenLog()
            #expect(try await shop.outcome(second, "c") == .success)
            #expect(try String(contentsOfFile: rotated, encoding: .utf8) == "bought book 1\nbought book 1\n")
            #expect(try shop.folder.orderLines() == ["bought book 2"])
        }
    }
}
