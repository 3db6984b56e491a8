import Foundation
import Model
import Monitoring
import NIOCore
import Services
import Storage
import TestSupport
import Testing

@testable import Catalog

/// A start of the catalog completes a damaged log from the ledger, without duplicates.
@Suite struct CatalogLogRepairTests {
    private static let changes = [
        StockChange.sale(of: first.item, key: key("a")), StockChange(item: second.item, price: Cents(7_50)),
        StockChange(item: second.item, units: 12), StockChange.sale(of: first.item, key: key("b")),
    ]
    private static let updateLines = changes.map(\.logLine)

    /// A catalog with some updates in its ledger and log, and queries between them.
    private func withUsedCatalog(_ body: (CatalogFolder) async throws -> Void) async throws {
        try await withCatalogFolder { folder in
            try await withLoops(count: 1) { loops in
                let loop = loops.slots[0].eventLoop
                try await folder.withEngine { engine in
                    _ = try engine.book(first.item)
                    for change in Self.changes {
                        if change.isSale { _ = engine.listings(topic: "t") }
                        _ = try await engine.update(change, on: loop).get()
                    }
                }
            }
            try await body(folder)
        }
    }

    @Test(.onEachStore) func rewritesAMissingLog() async throws {
        try await withUsedCatalog { folder in
            try FileManager.default.removeItem(atPath: folder.logPath)
            try await folder.withEngine { _ in }
            #expect(try folder.logLines() == defaultInitLines + Self.updateLines)
        }
    }

    @Test(.onEachStore) func aRestartChangesNothing() async throws {
        try await withUsedCatalog { folder in
            let before = try folder.logText()
            for _ in 0..<3 { try await folder.withEngine { _ in } }
            #expect(try folder.logText() == before)
        }
    }

    @Test(.onEachStore) func addsLinesLostInACrash() async throws {
        try await withUsedCatalog { folder in
            let before = try folder.logLines()
            let unlogged = [
                StockChange.sale(of: second.item, key: key("x")), StockChange(item: first.item, units: 4),
                StockChange.sale(of: second.item, key: key("y")),
            ]
            try folder.withStore { store in
                for change in unlogged { try store.commitUnlogged(change) }
            }
            try await folder.withEngine { _ in }
            #expect(try folder.logLines() == before + unlogged.map(\.logLine))
        }
    }

    @Test(.onEachStore) func aTornLastLineIsCutOff() async throws {
        try await withUsedCatalog { folder in
            let before = try folder.logText()
            let handle = try #require(FileHandle(forWritingAtPath: folder.logPath))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data("query_by_topic,Büche".utf8.dropLast(3)))
            try handle.close()
            try await folder.withEngine { _ in }
            #expect(try folder.logText() == before)
        }
    }

    /// Cuts the log at every byte: once with a mark before all updates, and once with the catalog's last
    /// mark, which covers most of them.
    @Test(arguments: [true, false]) func aCutAnywhereIsRepaired(isMarkEarly: Bool) async throws {
        try await withUsedCatalog { folder in
            let whole = Array(try folder.logText().utf8)
            let initByteCount = defaultInitLines.reduce(0) { $0 + $1.utf8.count + 1 }
            if isMarkEarly {
                try folder.withStore { store in
                    let mark = try #require(try store.store.logMark())
                    let early = OperationLog.Position(
                        inode: mark.position.inode, offset: UInt64(initByteCount))
                    try store.store.save(LogMark(position: early, sequence: 0))
                }
            }
            // A link keeps the inode that the mark names, even if a repair replaces the file.
            let kept = folder.path + "/kept_log"
            try FileManager.default.linkItem(atPath: folder.logPath, toPath: kept)
            let database = try Data(contentsOf: URL(fileURLWithPath: folder.databasePath))

            for byteCount in initByteCount...whole.count {
                try database.write(to: URL(fileURLWithPath: folder.databasePath))
                try? FileManager.default.removeItem(atPath: folder.logPath)
                try FileManager.default.linkItem(atPath: kept, toPath: folder.logPath)
                let handle = try #require(FileHandle(forWritingAtPath: kept))
                try handle.truncate(atOffset: 0)
                try handle.write(contentsOf: whole[..<byteCount])
                try handle.close()

                try await folder.withEngine { _ in }
                let lines = try folder.ledgerLines()
                try #require(lines == defaultInitLines + Self.updateLines, "cut at byte \(byteCount)")
                if isMarkEarly {
                    // Complete lines stay, including queries.
                    let end = whole[..<byteCount].lastIndex(of: UInt8(ascii: "\n")) ?? 0
                    try #require(Array(try folder.logText().utf8).starts(with: whole[...end]))
                }
                // The repair leaves a mark for the next start.
                try await folder.withEngine { _ in }
                try #require(
                    try folder.ledgerLines() == lines, "second start after a cut at byte \(byteCount)")
            }
        }
    }

    /// A power cut took lines that the mark vouches for, and the start that completes the log ends before it has stored
    /// another mark. Queries are lost, so that the mark points into a line of the completed log.
    @Test(.onEachStore) func aRepairThatEndsBeforeItsMarkIsRepeated() async throws {
        try await withUsedCatalog { folder in
            let edit = BookEdit(item: first.item, title: "A title that is longer than what was lost")
            let marked = try folder.logLines()
            try folder.withStore { store in
                let request = KeeperRequest(.edit(edit, expectedVersion: nil), actor: "keeper", key: key("e"))
                try store.commitUnlogged([.keeper(request)])
            }
            let queryIndex = try #require(marked.firstIndex { $0.hasPrefix("query_") })
            let kept = marked[..<queryIndex].map { $0 + "\n" }.joined()
            #expect(truncate(folder.logPath, off_t(kept.utf8.count)) == 0)
            for _ in 0..<2 {
                try folder.withStore { store in
                    _ = try CatalogLogRepair(path: folder.logPath, store: store.store, logger: silent).run()
                }
                #expect(try folder.ledgerLines() == defaultInitLines + Self.updateLines + [edit.logLine])
            }
        }
    }

    @Test(.onEachStore) func repairsALogCutAmongFirstBooks() async throws {
        // The cut goes through a character of several bytes.
        let books = [try book(1, title: "Bücher 📚"), try book(2)]
        try await withCatalogFolder { folder in
            let handle = { try #require(FileHandle(forWritingAtPath: folder.logPath)) }
            try await folder.withEngine(books) { _ in }
            let whole = try folder.logText()
            for byteCount in 0..<whole.utf8.count {
                let file = try handle()
                try file.truncate(atOffset: UInt64(byteCount))
                try file.close()
                try await folder.withEngine { _ in }
                try #require(try folder.logText() == whole, "cut at byte \(byteCount)")
            }
        }
    }

    @Test(.onEachStore) func completesARotatedLogInPlace() async throws {
        try await withUsedCatalog { folder in
            let before = try folder.logText()
            let rotated = folder.logPath + ".1"
            try FileManager.default.moveItem(atPath: folder.logPath, toPath: rotated)
            let unlogged = StockChange(item: first.item, units: 4)
            try folder.withStore { store in try store.commitUnlogged(unlogged) }
            try await folder.withEngine { _ in }
            #expect(try String(contentsOfFile: rotated, encoding: .utf8) == before + "update,1,na,4\n")
            #expect(try folder.logText().isEmpty)
        }
    }

    /// Rotation copies the log and empties it. The updates of the ledger are not written a second time.
    @Test(.onEachStore) func completesALogAfterCopyRotation() async throws {
        try await withUsedCatalog { folder in
            let before = try folder.logText()
            try before.write(toFile: folder.logPath + ".1", atomically: false, encoding: .utf8)
            let handle = try #require(FileHandle(forWritingAtPath: folder.logPath))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data("query_by_item,1\nupdate,1,".utf8))
            try handle.close()
            let unlogged = StockChange(item: first.item, units: 4)
            try folder.withStore { store in try store.commitUnlogged(unlogged) }
            for _ in 0..<2 {
                try await folder.withEngine { _ in }
                #expect(try folder.logText() == "query_by_item,1\nupdate,1,na,4\n")
                #expect(try String(contentsOfFile: folder.logPath + ".1", encoding: .utf8) == before)
            }
        }
    }

    @Test(.onEachStore) func setsAsideAnotherFileBesideARotatedLog() async throws {
        try await withUsedCatalog { folder in
            let before = try folder.logText()
            // Another file with another inode, as after a restore, while the old file still exists elsewhere.
            try FileManager.default.moveItem(atPath: folder.logPath, toPath: folder.path + "/kept")
            try before.write(toFile: folder.logPath + ".1", atomically: false, encoding: .utf8)
            try "update,4,na,-1\n".write(toFile: folder.logPath, atomically: false, encoding: .utf8)
            let unlogged = StockChange(item: first.item, units: 4)
            try folder.withStore { store in try store.commitUnlogged(unlogged) }
            try await folder.withEngine { _ in }
            #expect(try folder.logText() == "update,1,na,4\n")
            let aside = try String(contentsOfFile: folder.logPath + ".aside-1", encoding: .utf8)
            #expect(aside == "update,4,na,-1\n")
        }
    }

    /// A new store beside an old log. The command refuses that; the old log is kept in any case.
    @Test(.onEachStore) func keepsALogOlderThanItsDatabase() async throws {
        try await withCatalogFolder { folder in
            let old = "init,9,1,10,t,Old\nupdate,9,na,-1\n"
            try old.write(toFile: folder.logPath, atomically: false, encoding: .utf8)
            try await folder.withEngine { _ in }
            #expect(try folder.logLines() == defaultInitLines)
            #expect(try String(contentsOfFile: folder.logPath + ".aside-1", encoding: .utf8) == old)
        }
    }

    @Test(.onEachStore) func completesACopyOfTheLog() async throws {
        try await withUsedCatalog { folder in
            // As after a move to another disk: the same text in another file.
            let text = try folder.logText()
            try FileManager.default.removeItem(atPath: folder.logPath)
            let shorter = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast(2)
            try (shorter.joined(separator: "\n") + "\n").write(
                toFile: folder.logPath, atomically: false, encoding: .utf8)
            try await folder.withEngine { _ in }
            #expect(try folder.logText() == text)
        }
    }

    @Test(arguments: [
        Array("somebody's notes\n".utf8), [0xFF, 0xFE, 0x00, 0x0A], Array("update,1,na,-1".utf8),
    ])
    func setsAsideAnotherFileNamedLikeTheLog(content: [UInt8]) async throws {
        try await withUsedCatalog { folder in
            try FileManager.default.moveItem(atPath: folder.logPath, toPath: folder.path + "/kept")
            try Data(content).write(to: URL(fileURLWithPath: folder.logPath))
            try await folder.withEngine { _ in }
            #expect(try folder.logLines() == defaultInitLines + Self.updateLines)
            let aside = try Data(contentsOf: URL(fileURLWithPath: folder.logPath + ".aside-1"))
            #expect(Array(aside) == content)
        }
    }

    @Test(.onEachStore) func linesBeyondTheLedgerStay() async throws {
        try await withUsedCatalog { folder in
            // They are only reported, because it is unknown whether they or the ledger are wrong.
            let before = try folder.logText()
            try (before + "update,4,na,-1\n").write(
                toFile: folder.logPath, atomically: false, encoding: .utf8)
            try await folder.withEngine { _ in }
            #expect(try folder.logText() == before + "update,4,na,-1\n")
        }
    }
}
