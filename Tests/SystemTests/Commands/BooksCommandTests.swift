import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// The storekeeper's commands against a running store.
    @Suite struct BooksCommandTests {
        private func keeper(_ line: String, _ store: Store, more: [String] = []) async throws -> CommandRun {
            try await run(
                Program.bookstore,
                line.split(separator: " ").map(String.init) + more + ["--config", "config"],
                in: store.folder)
        }

        private func json(_ run: CommandRun) throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
                "\(run.errors)")
        }

        @Test func looksAndChanges() async throws {
            try await withStore { store in
                let restock = try await keeper(
                    "restock 1=5 2=-1", store, more: ["--reason", "delivery of Monday", "--actor", "ann"])
                #expect(
                    restock.status == 0 && restock.output.contains("RPCs for Dummies"), "\(restock.errors)")
                #expect(try await keeper("reprice 1=12.50", store).status == 0)
                let short = try await keeper("restock 1=1 2=-9", store)
                #expect(short.status == 1 && short.errors.contains("only 2 units"), "\(short.errors)")
                #expect(short.errors.contains("now: book 2, stock 2, cost 20"))
                let book = try #require(
                    try json(try await keeper("books show 1 --json", store))["result"] as? [String: Any])
                #expect(book["stock"] as? Int == 8 && book["cost"] as? String == "12.50")
                let low = try await keeper("books list --stock-max 2", store)
                #expect(low.output.split(separator: "\n").count == 2 && low.output.contains("RPCs"))
                let page = try await keeper("books list --limit 3", store)
                #expect(page.errors.contains("more by --after 3"))
                #expect(try await store.buy(1, key: "k") == "Success")
                let ledger = try await keeper("ledger 1", store)
                #expect(ledger.output.contains("delivery of Monday") && ledger.output.contains("ann"))
                #expect(ledger.output.split(separator: "\n").count == 4)
                let orders = try await keeper("orders", store)
                #expect(orders.output.split(separator: "\n").last?.hasSuffix("k") == true, "\(orders.output)")
                let added = try await keeper(
                    "books add --topic novels --cost 7 --stock 2", store, more: ["--title", "A new book"])
                #expect(added.status == 0 && added.output.contains("A new book"))
                #expect(try await keeper("books retire 5", store).output.contains("retired: yes"))
                #expect(try await keeper("books retire 5", store).status == 1)
                #expect(try await keeper("books show 99", store).status == 1)
                for wrong in ["restock 1", "restock 1=x", "reprice", "books list --limit x"] {
                    #expect(try await keeper(wrong, store).status == 64, "\(wrong)")
                }
                try await store.stop()
                let down = try await keeper("books list", store)
                #expect(down.status == 69, "\(down.status) \(down.errors)")
            }
        }

        @Test func correctsAndBringsBack() async throws {
            try await withStore { store in
                let edited = try await keeper(
                    "books edit 2 --isbn 0-306-40615-2 --published 1999 --actor ann", store,
                    more: [
                        "--title", "RPCs", "--author", "A. Smith", "--author", "B. Jones", "--description",
                        "One\nTwo",
                    ])
                #expect(edited.status == 0, "\(edited.errors)")
                let shown = try await keeper("books show 2", store)
                #expect(shown.output == edited.output)
                for line in [
                    "title:       RPCs", "version:     1", "isbn:        9780306406157",
                    "authors:     A. Smith; B. Jones", "published:   1999",
                    "description: One\n             Two",
                ] {
                    #expect(shown.output.contains(line + "\n"), "\(line): \(shown.output)")
                }
                let list = try await keeper("books list", store)
                #expect(
                    list.output.contains("  RPCs  ")
                        && list.output.contains("A. Smith; B. Jones  9780306406157\n"))
                #expect(list.output.split(separator: "\n").allSatisfy { !$0.hasSuffix(" ") })
                let conflict = try await keeper(
                    "books edit 2 --expect-version 0 --publisher P --remove isbn --published 1999", store)
                #expect(conflict.status == 1 && conflict.errors.contains("its version is 1, not 0"))
                #expect(conflict.errors.contains("its isbn is '9780306406157', not changed to nothing"))
                #expect(conflict.errors.contains("its publisher is nothing, not changed to 'P'"))
                #expect(!conflict.errors.contains("published is"), "\(conflict.errors)")
                let removed = try await keeper("books edit 2 --remove isbn --remove description", store)
                #expect(removed.output.contains("authors:   A.") && !removed.output.contains("isbn"))
                let ledger = try await keeper("ledger 2 --kind edit", store)
                #expect(ledger.output.contains("title 'RPCs for Dummies' → 'RPCs'"), "\(ledger.output)")
                #expect(ledger.output.contains("no isbn '9780306406157'"), "\(ledger.output)")
                #expect(try await keeper("books retire 2", store).status == 0)
                let restored = try await keeper("books restore 2 --reason back --json", store)
                let book = try #require(try json(restored)["result"] as? [String: Any])
                #expect(book["retired"] as? Bool == false)
                #expect(book["authors"] as? [String] == ["A. Smith", "B. Jones"])
                let again = try await keeper("books restore 2", store)
                #expect(again.status == 1 && again.errors.contains("now: book 2"), "\(again.errors)")
                let added = try await keeper(
                    "books add --title Emma --topic novels --cost 7 --language en", store,
                    more: ["--author", "Jane Austen"])
                #expect(added.output.contains("authors:  Jane Austen\nlanguage: en\n"), "\(added.output)")
                let exported = try json(try await keeper("books export --json --topic novels", store))
                let all = try #require(exported["result"] as? [[String: Any]])
                #expect(all.map { $0["authors"] as? [String] } == [["Jane Austen"]])
            }
        }

        @Test func givesCovers() async throws {
            try await withStore { store in
                try Data(SampleImage.webp).write(to: URL(fileURLWithPath: store.path("cover.webp")))
                let given = try await keeper("books cover 2 cover.webp --reason scanned", store)
                #expect(given.status == 0 && given.output.contains("\ncover:   "), "\(given.errors)")
                let ledger = try await keeper("ledger 2", store)
                #expect(ledger.output.contains("cover '") && ledger.output.contains("scanned"))
                let removed = try await keeper("books edit 2 --remove cover", store)
                #expect(removed.status == 0 && !removed.output.contains("cover:"), "\(removed.errors)")
                let other = try await keeper("books cover 2 config", store)
                #expect(other.status == 78, "\(other.status)")
                #expect(
                    other.errors.contains("config: this is no PNG, JPEG or WebP image"), "\(other.errors)")
                let missing = try await keeper("books cover 2 none.png", store)
                #expect(missing.status == 78 && missing.errors.contains("none.png: cannot be read"))
            }
        }

        @Test func importsAndExports() async throws {
            try await withStore { store in
                let exported = try await keeper("books export", store)
                #expect(exported.output.hasPrefix("item_number,title,topic,cost,stock,isbn,authors,"))
                let asLines = try await keeper("books export --format init", store)
                #expect(asLines.output == defaultInitLines.joined(separator: "\n") + "\n")
                let asJSON = try #require(
                    try json(try await keeper("books export --json", store))["result"] as? [[String: Any]])
                #expect(asJSON.map { $0["item_number"] as? String } == ["1", "2", "3", "4"])
                #expect(asJSON[2]["cost"] as? String == "5" && asJSON[2]["sold"] as? Int == 0)
                let good =
                    "title,topic,cost,stock,item_number\n\"Comma, \"\"quoted\"\"\",\"x, y\",9.99,3,10\nBare,t,1,0,11\n"
                try store.write(good, to: "good.csv")
                let dry = try await keeper("books import good.csv --dry-run", store)
                #expect(
                    dry.output.hasPrefix(
                        "2 books can be imported\n  line 2: add book 10 Comma, \"quoted\", topic x, y, "),
                    "\(dry.output)")
                #expect(try await store.get("/lookup/10").status == 404)
                let imported = try await keeper("books import good.csv --actor ann", store)
                #expect(
                    imported.output.hasPrefix("2 books imported\nundo it: bookstore books import --undo "),
                    "\(imported.output) \(imported.errors)")
                #expect(try await store.book(10)["title"] as? String == "Comma, \"quoted\"")
                try store.write("init,12,1,1,t,Twelve\n", to: "good.init")
                let asked = try await keeper("books import good.init --json", store)
                #expect(asked.output == "{\"result\":{\"books\":1}}\n", "\(asked.errors)")
                let again = try await keeper("books import good.csv", store)
                #expect(again.status == 1)
                #expect(again.output.hasPrefix("good.csv:2: item_number 10 is taken"), "\(again.output)")
                #expect(again.errors.contains("2 bad rows; nothing was imported"))
            }
        }

        @Test func reportsEveryBadRow() async throws {
            try await withStore { store in
                let rows = [
                    "item_number,title,topic,cost,stock", "20,Good,t,1,1", "x,Bad,t,1,1", "21,Bad,t,1.999,1",
                    "20,Again,t,1,1", "1,Taken,t,1,1", "22,,t,1,1", "23,Short,t,1", "24,a\"b,t,1,1",
                ]
                try store.write(rows.joined(separator: "\n") + "\n", to: "bad.csv")
                for option in [[], ["--dry-run"]] {
                    let run = try await keeper("books import bad.csv", store, more: option)
                    #expect(run.status == 1)
                    let lines = run.output.split(separator: "\n")
                    #expect(lines.map { $0.prefix(10) } == (3...9).map { "bad.csv:\($0):" }, "\(run.output)")
                    #expect(lines[2].contains("already used in line 2") && lines[3].contains("is taken"))
                }
                #expect(try await store.get("/lookup/20").status == 404)
                let asked = try await keeper("books import bad.csv --json", store)
                let refused = try json(asked)
                let named = try #require(refused["lines"] as? [[String: Any]])
                #expect(asked.status == 1 && refused["line_count"] as? Int == 7)
                #expect(named.map { $0["line"] as? Int } == [3, 4, 5, 6, 7, 8, 9])
                #expect((named[1]["reason"] as? String)?.contains("1.999") == true)
                try await readsOtherEncodings(store)
                for (name, data, words) in [
                    ("wide.csv", Data([0xFF, 0xFE, 0x69, 0x00]), "wide.csv: line 1: no column tells"),
                    ("markless.csv", Data([0x69, 0x00, 0x2C, 0x00]), "markless.csv: is text of 16 bits"),
                    (
                        "semicolons.csv", Data("item_number;title;topic;cost;stock\n".utf8),
                        "semicolons.csv: has no books"
                    ),
                    ("columns.csv", Data("shelf,price\n".utf8), "columns.csv: line 1: no column tells"),
                    ("empty.csv", Data(), "empty.csv: has no header row"),
                    (
                        "header.csv", Data("item_number,title,topic,cost,stock\n".utf8),
                        "header.csv: has no books"
                    ),
                ] {
                    try data.write(to: URL(fileURLWithPath: store.path(name)))
                    let run = try await keeper("books import \(name)", store)
                    #expect(run.status == 78 && run.errors.contains(words), "\(name): \(run.errors)")
                }
                let missing = try await keeper("books import none.csv", store)
                #expect(missing.status == 78 && missing.errors.contains("none.csv: cannot be read"))
            }
        }

        /// A file of an old Windows is read with its letters, and its bad rows are named.
        private func readsOtherEncodings(_ store: Store) async throws {
            let header = "item_number,title,topic,cost,stock"
            let rows = ["30,caf\u{E9},t,1,1", "31,Good,t,1,1", "x,\u{FC}ber,t,1,1", "32,Bad,t,x,1"]
            let text = ([header] + rows).joined(separator: "\r\n") + "\r\n"
            let data = try #require(text.data(using: .isoLatin1))
            try data.write(to: URL(fileURLWithPath: store.path("latin.csv")))
            let run = try await keeper("books import latin.csv", store)
            let lines = run.output.split(separator: "\n")
            #expect(run.status == 1 && lines.count == 2, "\(run.output)")
            #expect(
                lines.first
                    == "latin.csv:4: item_number: item_number 'x' is not a whole number from 1 to 999999999999999999"
            )
            #expect(try await store.get("/lookup/31").status == 404)
        }

        @Test func updatesAddsStockAndUndoes() async throws {
            try await withStore { store in
                try store.write(
                    "ISBN;Titel;Preis;Bestand;Sachgebiet;Regal\n9780140449136;Ilias;12,50;4;Epos;A7\n",
                    to: "first.csv")
                let first = try await keeper("books import first.csv --key spring", store)
                #expect(
                    first.output == """
                        1 book imported
                        left out: 'Regal'
                        undo it: bookstore books import --undo spring

                        """, "\(first.errors)")
                #expect(try await keeper("books import first.csv --key spring", store).status == 0)
                try store.write("ean,price,qty,note\n0140449132,11,3,x\n", to: "second.csv")
                let taken = try await keeper("books import second.csv", store)
                #expect(
                    taken.status == 1 && taken.output.contains("isbn 9780140449136 is that of book 5"),
                    "\(taken.output)")
                let dry = try await keeper("books import second.csv --update --stock add --dry-run", store)
                #expect(
                    dry.output == """
                        1 book can be imported: 0 added, 1 changed, 0 unchanged
                        left out: 'note'
                          line 2: change book 5 Ilias, cost 12.50 → 11, stock 4 → 7

                        """, "\(dry.output)")
                let second = try await keeper(
                    "books import second.csv --update --stock add --column note= --key summer", store)
                #expect(
                    second.output == """
                        1 book imported: 0 added, 1 changed, 0 unchanged
                        undo it: bookstore books import --undo summer

                        """, "\(second.errors)"
                )
                #expect(try await store.book(5)["cost"] as? String == "11")
                #expect(try await store.buy(5) == "Success")
                let undone = try await keeper("books import --undo summer", store)
                #expect(undone.output == "0 books retired again, 1 set back\n", "\(undone.errors)")
                #expect(try await store.book(5)["cost"] as? String == "12.50")
                #expect(try await store.stock(of: 5) == 3)
                let left = try await keeper("books import --undo spring", store)
                #expect(
                    left.status == 1 && left.output.contains("book 5 was sold or changed since"),
                    "\(left.output)")
                let used = try await keeper("books import first.csv --key spring", store)
                #expect(
                    used.status == 1 && used.errors.contains("was undone; use a new key"), "\(used.errors)")
                // What was said of the columns is kept for the same header.
                let again = try await keeper("books import second.csv --update --dry-run", store)
                #expect(!again.output.contains("left out"), "\(again.output)")
                for wrong in ["books import", "books import x.csv --undo k", "books import x.csv --column a"]
                {
                    #expect(try await keeper(wrong, store).status == 64, "\(wrong)")
                }
            }
        }

        /// A tier's description lists exactly the routes that the tier answers.
        @Test func everyTierDescribesItself() async throws {
            try await withStore { store in
                for (tier, some) in [
                    (Tier.frontend, ["/search", "/search/{topic}", "/buy", "/find", "/updates", "/orders"]),
                    (.catalog, ["/query_by_topic", "/update", "/import", "/ledger"]),
                    (.order, ["/buy", "/orders"]),
                ] {
                    let document = try await store.get("/openapi.json", from: tier)
                    let paths = try #require(document.json["paths"] as? [String: Any])
                    for path in some + ["/livez", "/readyz", "/metrics", "/docs", "/openapi.json"] {
                        #expect(paths[path] != nil, "\(tier) \(path)")
                    }
                    for path in paths.keys where !path.contains("{") {
                        #expect(
                            try await store.get(path, from: tier).status != 404 || path == "/receipt",
                            "\(path)")
                    }
                    #expect(try await store.get("/docs", from: tier).status == 200)
                }
            }
        }
    }
}
