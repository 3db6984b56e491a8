import Foundation
import Model
import NIOCore
import NIOPosix
import Services
import Storage
import StoreAPI
import TestSupport
import Testing

@testable import Catalog

/// Files of books: each piece whole and once, and back again.
@Suite struct ImportTests {
    private func piece(
        _ text: String, key: String = "k", number: Int = 1, _ set: (inout ImportOptions) -> Void = { _ in }
    ) throws -> ImportPiece {
        var options = ImportOptions()
        set(&options)
        let document = try ImportDocument(Array(text.utf8), options)
        #expect(document.refused.count == 0, "\(document.refused.named)")
        return ImportPiece(
            source: ImportKey(IdempotencyKey(trusted: key), file: Array(text.utf8), options), number: number,
            rows: document.rows[...], options: options, actor: "ann", reason: "list",
            header: options.mapping.isEmpty ? nil : document.columns?.signature)
    }

    private func write(_ piece: ImportPiece, _ store: ShelvedStore) throws -> Result<ImportReport, StoreError>
    {
        try #require(try store.commitUnlogged([.importing(piece)]).results.first).map(\.imported)
    }

    private func undo(_ store: ShelvedStore, key: String = "k", number: Int = 1) throws -> UndoReport {
        let undo = ImportUndo(key: IdempotencyKey(trusted: key), number: number, actor: "bob", reason: "oh")
        return try #require(try store.commitUnlogged([.undoing(undo)]).results.first).map(\.undone).get()
    }

    private func withStore(_ body: (ShelvedStore) throws -> Void) async throws {
        try await withCatalogFolder { folder in try folder.withStore { try body($0) } }
    }

    private func item(_ number: Int64) throws -> ItemNumber { try #require(ItemNumber(number)) }

    private static let list = """
        isbn,title,authors,topic,cost,stock,item_number
        9780140449136,Iliad,Homer,epics,12.50,4,
        ,Loose Leaves,,poems,3,,6
        9783150000014,Faust,Goethe; Eckermann,drama,3.60,1,
        """

    @Test(.onEachStore) func addsBooksWithFactsUnderFreeNumbers() async throws {
        try await withStore { store in
            let report = try write(try piece(Self.list), store).get()
            #expect(report.added.count == 3 && report.bookCount == 3)
            // The file's own number is left to its row.
            #expect(
                try [5, 6, 7].map { try store.details(of: item($0)).book.title } == [
                    "Iliad", "Loose Leaves", "Faust",
                ])
            #expect(try store.details(of: item(7)).facts.authors == ["Goethe", "Eckermann"])
            #expect(store.listings(topic: "epics").map(\.item.value) == [5])
            #expect(
                try store.movementLines() == [
                    "init,5,4,12.50,epics,Iliad", "init,6,0,3,poems,Loose Leaves",
                    "init,7,1,3.60,drama,Faust",
                    #"edit,5,{"isbn":"9780140449136","authors":["Homer"]}"#,
                    #"edit,7,{"isbn":"9783150000014","authors":["Goethe","Eckermann"]}"#,
                ])
            let records = try store.movements(MovementFilter(limit: 10)).records
            #expect(records.allSatisfy { $0.actor == "ann" && $0.reason == "list" })
        }
    }

    @Test(.onEachStore) func aPieceIsWrittenOnce() async throws {
        try await withStore { store in
            _ = try write(try piece(Self.list), store).get()
            let last = store.lastMovement
            let again = try write(try piece(Self.list), store).get()
            #expect(again.added.count == 3 && store.lastMovement == last)
            #expect(try write(try piece(Self.list) { $0.isUpdate = true }, store) == .failure(.keyReused))
            #expect(try write(try piece("title,topic,cost\nA,t,1\n"), store) == .failure(.keyReused))
            let add = KeeperRequest(
                .add(NewBook(item: nil, title: "A", topic: "t", price: try cents(1), stock: 1)),
                key: IdempotencyKey(trusted: "k"))
            #expect(try store.commitUnlogged([.keeper(add)]).results[0].map(\.books) == .failure(.keyReused))
            let other = KeeperRequest(add.work, key: IdempotencyKey(trusted: "other"))
            _ = try store.commitUnlogged([.keeper(other)]).results[0].get()
            #expect(try write(try piece(Self.list, key: "other"), store) == .failure(.keyReused))
        }
    }

    @Test(.onEachStore) func isTakenWholeOrNotAtAll() async throws {
        try await withStore { store in
            let file = "item_number,title,topic,cost\n9,Nine,t,1\n2,Two,t,1\n10,,t,1\n4,Four,t,1\n"
            guard case .failure(.refusedLines(let lines, 3, 0)) = try write(try piece(file), store) else {
                Issue.record("it was taken")
                return
            }
            #expect(lines.map(\.line) == [3, 4, 5])
            #expect(lines[0].reason == "item_number 2 is taken by a book of the store")
            #expect(try store.lastMovement == 0 && store.book(item(9)) == nil)
            #expect(try write(try piece("title,topic,cost\nNine,t,1\n"), store).get().added.count == 1)
        }
    }

    @Test(.onEachStore) func updatesBooksThatAreThere() async throws {
        try await withStore { store in
            _ = try write(try piece(Self.list), store).get()
            let update = """
                isbn,number,title,price,qty,publisher
                0140449132,,,11,10,Penguin
                ,6,Loose Leaves,3,0,
                9783150000014,,Faust I,,,
                ,20,Twenty,1,1,
                """
            let plain = try write(try piece(update, key: "no") { $0.isUpdate = true }, store)
            guard case .failure(.refusedLines(let lines, 1, 0)) = plain else {
                Issue.record("\(plain)")
                return
            }
            #expect(lines[0].reason.hasPrefix("the topic of a new book is missing"), "\(lines)")
            let whole = update.replacing(",20,Twenty,1,1,", with: "")
            let report = try write(try piece(whole, key: "u") { $0.isUpdate = true }, store).get()
            #expect(report.changed.count == 2 && report.unchanged.count == 1)
            #expect(
                report.changed.first[0].changes == [
                    FieldChange(field: "publisher", from: nil, to: "Penguin"),
                    FieldChange(field: "cost", from: "12.50", to: "11"),
                    FieldChange(field: "stock", from: "4", to: "10"),
                ])
            let iliad = try store.details(of: item(5))
            #expect(
                iliad.book.price.amount == 11_00 && iliad.book.stock == 10
                    && iliad.facts[.publisher] == "Penguin")
            #expect(try store.book(item(7))?.title == "Faust I" && store.book(item(5)) == iliad.book)
            let added = try piece("isbn,stock\n9780140449136,-3\n", key: "d") {
                ($0.isUpdate, $0.stock) = (true, .add)
            }
            _ = try write(added, store).get()
            #expect(store.book(try item(5))?.stock == 7)
            let tooMuch = try piece("isbn,stock\n9780140449136,-8\n", key: "e") {
                ($0.isUpdate, $0.stock) = (true, .add)
            }
            guard case .failure(.refusedLines(let short, 1, 0)) = try write(tooMuch, store) else {
                Issue.record("the stock fell below 0")
                return
            }
            #expect(short[0].reason == "the stock of book 5 is 7 and cannot change by -8")
            // The chain of a book's movements has each of them.
            let records = try store.movements(MovementFilter(item: item(5), limit: 10)).records
            #expect(records.map(\.kind) == [.update, .edit, .update, .edit, .add])
        }
    }

    @Test(.onEachStore) func refusesAnISBNOfSeveralBooksAndRetiredOnes() async throws {
        try await withStore { store in
            let two = "number,isbn,title,topic,cost\n8,9780140449136,A,t,1\n9,9780140449136,B,t,1\n"
            _ = try write(try piece(two), store).get()
            let row = "isbn,cost\n9780140449136,2\n"
            guard
                case .failure(.refusedLines(let lines, 1, 0)) = try write(
                    try piece(row, key: "2") { $0.isUpdate = true }, store)
            else {
                Issue.record("it was taken")
                return
            }
            #expect(
                lines[0].reason.hasPrefix(
                    "isbn 9780140449136 is that of books 8, 9; give the row the item_number"))
            for number in [8, 9] as [Int64] {
                let retired = KeeperRequest(.retire(try item(number), expectedVersion: nil))
                _ = try store.commitUnlogged([.keeper(retired)]).results[0].get()
            }
            guard
                case .failure(.refusedLines(let gone, 1, 0)) = try write(
                    try piece(row, key: "3") { $0.isUpdate = true }, store)
            else {
                Issue.record("it was taken")
                return
            }
            #expect(gone[0].reason.hasPrefix("book 8 is retired; bring it back first"))
            // Their rows may be left out, whatever the rest says.
            let rest = "isbn,number,cost\n9780140449136,,2\n,9,3\n,1,4\n"
            for isUpdate in [true, false] {
                let piece = try piece(isUpdate ? rest : row, key: "\(isUpdate)") {
                    ($0.isUpdate, $0.retired) = (isUpdate, .skip)
                }
                let report = try write(piece, store).get()
                #expect(report.changed.count == (isUpdate ? 1 : 0) && report.added.count == 0)
                #expect(report.doubts.named.first?.reason == "book 8 is retired and stays as it is")
            }
            #expect(store.book(first.item)?.price.amount == 4_00)
            #expect(try store.details(of: item(8)).book.price.amount == 1_00)
        }
    }

    @Test(.onEachStore) func undoesWhatIsAsItWasLeft() async throws {
        try await withStore { store in
            _ = try write(try piece(Self.list), store).get()
            let update =
                "number,title,cost,stock,topic,publisher\n1,Good Grades,12,9,study,X\n2,RPCs for Dummies,21,3,,\n5,Iliad,13,,,\n"
            _ = try write(try piece(update, key: "u") { $0.isUpdate = true }, store).get()
            _ = try store.outcome(of: .sale(of: first.item, key: IdempotencyKey(trusted: "s"))).get()
            try store.commitUnlogged(StockChange(item: second.item, price: try cents(22_00)))
            let report = try undo(store, key: "u")
            #expect(report.changedCount == 2 && report.leftCount == 1)
            #expect(report.left.first == UndoReport.Left(item: second.item, reason: "costs 22 now, not 21"))
            let back = try store.details(of: first.item)
            // The copy that was sold stays sold.
            #expect(
                back.book.title == first.title && back.book.topic == first.topic
                    && back.book.price == first.price)
            #expect(
                back.book.stock == first.stock - 1 && back.facts.isEmpty
                    && store.book(first.item) == back.book)
            #expect(try undo(store, key: "u") == UndoReport())
            #expect(
                try write(try piece(update, key: "u") { $0.isUpdate = true }, store)
                    == .failure(.importUndone))
            // Book 5 was changed, and that was undone: it is left.
            let added = try undo(store)
            #expect(added.retiredCount == 2 && added.left.map(\.item.value) == [5])
            #expect(try store.book(item(6)) == nil && store.book(item(5))?.price.amount == 12_50)
            #expect(try store.details(of: item(7)).isRetired)
        }
    }

    @Test(.onEachStore) func keepsWhatWasSaidOfAHeader() async throws {
        try await withStore { store in
            let file = "Bez,Kat,VKP\nOne,t,1\n"
            let said = try piece(file) {
                $0.mapping.set(.title, for: "Bez")
                $0.mapping.set(.topic, for: "Kat")
                $0.mapping.set(.price, for: "VKP")
            }
            #expect(try store.store.mapping(ofHeader: "Bez\u{1F}Kat\u{1F}VKP") == nil)
            _ = try write(said, store).get()
            #expect(try store.store.mapping(ofHeader: "Bez\u{1F}Kat\u{1F}VKP") == said.options.mapping)
        }
    }

    private func run(_ engine: CatalogEngine, _ options: ImportOptions = ImportOptions(), isDry: Bool = false)
        -> ImportRun
    {
        var run = ImportRun(
            engine: engine, progress: ImportProgress(), options: options, key: IdempotencyKey(trusted: "k"),
            actor: "ann",
            reason: nil, isDry: isDry)
        run.pieceRowCount = 100
        return run
    }

    private static let large = "title,topic,cost,isbn\n" + (1...250).map { "Book \($0),t,1,\n" }.joined()

    /// A file of several pieces is checked whole, goes on where it ended, and comes back whole.
    @Test(.onEachStore) func goesOnWhereItEnded() async throws {
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        try await withCatalogFolder { folder in
            try await folder.withEngine { engine in
                let bad = ByteBuffer(string: Self.large + "Bad,t,1,\n,t,1,9780140449136\n")
                let refused = await #expect(throws: StoreError.self) {
                    try await run(engine).run(bad, on: eventLoop).get()
                }
                guard case .refusedLines(let lines, 1, 0)? = refused else {
                    Issue.record("\(String(describing: refused))")
                    return
                }
                #expect(lines.map(\.line) == [253] && engine.bookCount == 4)
                let look = try await run(engine, isDry: true).run(bad, on: eventLoop).get()
                #expect(look.report.added.count == 251 && look.report.refused.count == 1 && look.key == nil)
                #expect(look.report.added.first.count == ImportReport.shownCountMax && engine.bookCount == 4)

                let document = try ImportDocument(Array(Self.large.utf8), ImportOptions())
                let source = ImportKey(
                    IdempotencyKey(trusted: "k"), file: Array(Self.large.utf8), ImportOptions())
                let first = ImportPiece(
                    source: source, number: 1, rows: document.rows[..<100], options: ImportOptions(),
                    actor: "ann",
                    reason: nil, header: nil)
                _ = try await engine.write(first, on: eventLoop).get()
                #expect(engine.bookCount == 104)
                let whole = try await run(engine).run(ByteBuffer(string: Self.large), on: eventLoop).get()
                #expect(whole.report.added.count == 250 && engine.bookCount == 254)
                let again = try await run(engine).run(ByteBuffer(string: Self.large), on: eventLoop).get()
                #expect(again.report.added.count == 250 && engine.bookCount == 254)
                let other = await #expect(throws: StoreError.self) {
                    try await run(engine).run(
                        ByteBuffer(string: Self.large + "One more,t,1,\n"), on: eventLoop
                    ).get()
                }
                #expect(other == .keyReused)

                let undo = UndoRun(engine: engine, key: IdempotencyKey(trusted: "k"), actor: nil, reason: nil)
                #expect(try await undo.run(on: eventLoop).get().retiredCount == 250)
                #expect(engine.bookCount == 4)
                #expect(try await undo.run(on: eventLoop).get() == UndoReport())
                await #expect(throws: StoreError.importUndone) {
                    try await run(engine).run(ByteBuffer(string: Self.large), on: eventLoop).get()
                }
                let unknown = UndoRun(
                    engine: engine, key: IdempotencyKey(trusted: "x"), actor: nil, reason: nil)
                await #expect(throws: StoreError.self) { try await unknown.run(on: eventLoop).get() }
            }
            #expect(try folder.ledgerLines().count == 504)
        }
    }

    @Test func reportsProgress() {
        let progress = ImportProgress()
        let key = IdempotencyKey(trusted: "k")
        #expect(progress.begin(key) && !progress.begin(key))
        progress.reading(7)
        #expect(progress.now == (read: 7, written: 0))
        progress.writing(3, of: 9)
        #expect(progress.now == (read: 9, written: 3))
        progress.end(key)
        #expect(progress.now == (read: 0, written: 0) && progress.begin(key))
    }
}
