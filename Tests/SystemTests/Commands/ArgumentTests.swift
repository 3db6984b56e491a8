import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Wrong arguments, mistyped commands, and completions of a shell.
    @Suite struct ArgumentTests {
        private func bookstore(_ line: String, in folder: String) async throws -> CommandRun {
            try await run(Program.bookstore, line.split(separator: " ").map(String.init), in: folder)
        }

        /// Each error names the argument and shows the usage of its command, and no server is called.
        @Test(arguments: [
            ("reprice 1=abc", "'1=abc': 'abc' is not an amount", "bookstore reprice"),
            ("reprice 1=1.234", "'1=1.234'", "bookstore reprice"),
            ("restock 1001=x", "'1001=x': 'x' is not a number of copies", "bookstore restock"),
            ("restock 01=1", "'01=1': '01' is not an item number", "bookstore restock"),
            ("restock 1", "'1' is not item=copies", "bookstore restock"),
            ("restock 1=9999999999999999999", "is not a number of copies", "bookstore restock"),
            (
                "books list --limit 0", "--limit '0' is not a whole number from 1 to 1000",
                "bookstore books list"
            ),
            ("ledger --limit 1001", "--limit '1001'", "bookstore ledger"),
            ("keeper add Ann", "Missing expected argument '--role <role>'", "bookstore keeper add"),
            ("keeper add Ann --role boss", "boss", "bookstore keeper add"),
            ("keeper role Ann boss", "boss", "bookstore keeper role"),
            ("keeper remove a\u{1}b", "holds a control character", "bookstore keeper remove"),
            ("orders --after 0", "--after '0'", "bookstore orders"),
            ("ledger --kind foo", "foo", "bookstore ledger"), ("ledger x", "<item> 'x'", "bookstore ledger"),
            ("books list --retired foo", "foo", "bookstore books list"),
            ("books list --stock-max -1", "--stock-max", "bookstore books list"),
            ("books show 0", "<item> '0'", "bookstore books show"),
            ("books retire 1 --key a\u{1}b", "--key", "bookstore books retire"),
            ("books add --title T --topic t --cost x", "--cost 'x'", "bookstore books add"),
            ("books add --title T --topic t --cost 1 --stock -2", "--stock", "bookstore books add"),
            ("books add --title T --topic t --cost 1 --number x", "--number 'x'", "bookstore books add"),
            (
                "books add --title T --topic t --cost 1 --isbn 1234", "--isbn: isbn '1234'",
                "bookstore books add"
            ),
            ("books edit 1", "there is nothing to edit", "bookstore books edit"),
            ("books edit x --title T", "<item> 'x'", "bookstore books edit"),
            ("books edit 1 --published soon", "--published: published 'soon'", "bookstore books edit"),
            ("books edit 1 --remove colour", "colour", "bookstore books edit"),
            (
                "books edit 1 --isbn 9780306406157 --remove isbn", "--remove isbn contradicts",
                "bookstore books edit"
            ),
            ("books edit 1 --title T --expect-version -1", "--expect-version", "bookstore books edit"),
            ("books restore 0", "<item> '0'", "bookstore books restore"),
            ("client lookup 1 --frontend x", "--frontend 'x'", "bookstore client lookup"),
            ("catalog --index 1000", "--index '1000'", "bookstore catalog"),
            ("catalog --key-hours 1", "--key-hours '1'", "bookstore catalog"),
            ("catalog --log-queries foo", "--log-queries 'foo'", "bookstore catalog"),
            ("catalog --private-webhooks maybe", "--private-webhooks 'maybe'", "bookstore catalog"),
            (
                "webhook add ftp://h.example/ --secret-file s",
                "<url> 'ftp://h.example/' begins with neither",
                "bookstore webhook add"
            ),
            (
                "webhook add https://h.example/ --secret-file s --kinds order,x",
                "--kinds 'order,x' are not of order, state", "bookstore webhook add"
            ),
            (
                "webhook add https://h.example/ --secret-file s --after x", "--after 'x' is neither",
                "bookstore webhook add"
            ),
            ("webhook add https://h.example/", "--secret-file", "bookstore webhook add"),
            ("webhook remove 0", "<webhook> '0'", "bookstore webhook remove"),
            ("webhook dead 1 --limit 0", "--limit '0'", "bookstore webhook dead"),
            ("webhook resend 1 0", "<sequence> '0'", "bookstore webhook resend"),
            ("demo --port 0", "--port '0' is not a whole number from 1 to 65535", "bookstore demo"),
            ("up --log-level loud", "--log-level 'loud'", "bookstore up"),
            ("frontend --log-format xml", "--log-format 'xml'", "bookstore frontend"),
            ("healthcheck foo", "'foo' is no server", "bookstore healthcheck"),
            ("completion csh", "csh", "bookstore completion"),
            ("top --json --lines", "--json and --lines", "bookstore top"),
        ])
        func namesTheArgument(line: String, words: String, command: String) async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore(line, in: folder)
                #expect(run.status == 64 && run.output.isEmpty, "\(run.status) \(run.errors)")
                #expect(run.errors.contains("Error: ") && run.errors.contains(words), "\(run.errors)")
                #expect(run.errors.contains("Usage: \(command) "), "\(run.errors)")
                #expect(run.errors.contains("See '\(command) --help'"), "\(run.errors)")
                let made = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(made.allSatisfy { $0.hasPrefix("run-") }, "\(made)")
            }
        }

        @Test(arguments: [
            ("catalgo", "'bookstore catalog'"), ("storefornt", "'bookstore storefront'"),
            ("verfy --json", "'bookstore verify'"), ("client lokup 1", "'bookstore client lookup'"),
            ("books exprot", "'bookstore books export'"), ("bench compar a b", "'bookstore bench compare'"),
            ("search x", "'bookstore client search'"), ("buy 1", "'bookstore client buy'"),
            ("export", "'bookstore books export'"),
        ])
        func suggestsWhatWasMeant(line: String, suggestion: String) async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore(line, in: folder)
                #expect(run.status == 64, "\(run.status)")
                #expect(run.errors.contains("Did you mean \(suggestion)"), "\(run.errors)")
            }
        }

        @Test func suggestsNothingForANonsenseCommand() async throws {
            try await withTemporaryFolder { folder in
                let run = try await bookstore("xyzzyplugh", in: folder)
                #expect(run.status == 64 && !run.errors.contains("Did you mean"), "\(run.errors)")
                #expect(run.errors.contains("'bookstore' has no command 'xyzzyplugh'"), "\(run.errors)")
                #expect(run.errors.contains("'bookstore --help'"))
            }
        }

        @Test func tellsItsVersion() async throws {
            try await withTemporaryFolder { folder in
                let plain = try await bookstore("version", in: folder)
                #expect(plain.output == StoreVersion.text + "\n" && plain.status == 0)
                #expect(try await bookstore("--version", in: folder).output == plain.output)
                let json = try JSONSerialization.jsonObject(
                    with: Data(try await bookstore("version --json", in: folder).output.utf8))
                #expect((json as? [String: String])?["version"] == StoreVersion.text)
                let help = try await bookstore("--help", in: folder).output
                #expect(help.contains("\n  version ") && help.contains("\n  completion "), "\(help)")
            }
        }

        @Test(arguments: ["bash", "zsh", "fish"]) func completesFilesAndValues(shell: String) async throws {
            try await withTemporaryFolder { folder in
                let script = try await bookstore("completion \(shell)", in: folder)
                #expect(script.status == 0, "\(script.errors)")
                let same = try await bookstore("--generate-completion-script \(shell)", in: folder)
                #expect(script.output == same.output)
                for value in ["retire", "sampled", "storefront", "notice", "zsh"] {
                    #expect(script.output.contains(value), "\(value)")
                }
                guard shell == "bash" else { return }
                try script.output.write(toFile: folder + "/script", atomically: true, encoding: .utf8)
                try Data().write(to: URL(fileURLWithPath: folder + "/delivery.csv"))
                // As bash calls it on the tab key, without running the program in the PATH.
                for (line, completed) in [
                    ("bookstore books import deliv", "delivery.csv"), ("bookstore ledger --kind s", "sale"),
                    ("bookstore up --log-queries sa", "sampled"),
                    ("bookstore --config deliv", "delivery.csv"),
                    ("bookstore healthcheck st", "storefront"), ("bookstore completion f", "fish"),
                    ("bookstore ver", "verify"),
                ] where line != "bookstore --config deliv" {
                    let words = line.split(separator: " ")
                    let test = """
                        source ./script; COMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1)
                        COMP_LINE='\(line)'; COMP_POINT=\(line.count); COMP_TYPE=9
                        "$(complete -p bookstore | sed 's/.*-F \\([^ ]*\\).*/\\1/')" bookstore "\(words.last ?? "")" "\(words[words.count - 2])"
                        printf '%s\\n' "${COMPREPLY[@]}"
                        """
                    let run = try await run("/bin/bash", ["-c", test], in: folder)
                    #expect(
                        run.output.split(separator: "\n").contains { $0.hasPrefix(completed) },
                        "\(line): \(run.output)\(run.errors)")
                }
            }
        }

        @Test func reportsAStoreThatIsDown() async throws {
            try await withStoppedStore { store in
                for line in ["books list", "ledger", "restock 1=1", "books import --dry-run good.csv"] {
                    try store.write("item_number,title,topic,cost,stock\n9,T,t,1,1\n", to: "good.csv")
                    let run = try await bookstore(line, in: store.folder)
                    let port = line.hasPrefix("books import") ? store.port(.catalog) : store.port(.frontend)
                    #expect(run.status == 69, "\(line): \(run.status) \(run.errors)")
                    #expect(run.errors.contains("127.0.0.1:\(port)"), "\(run.errors)")
                    #expect(run.errors.contains("bookstore up"), "\(run.errors)")
                    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
                }
            }
        }

        private func json(_ run: CommandRun) throws -> [String: Any] {
            try #require(
                try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
                "\(run.output)\(run.errors)")
        }

        @Test func printsChecksAndWorkAsJSON() async throws {
            try await withStore { store in
                #expect(try await store.buy(1) == "Success")
                let config = try json(try await bookstore("config --json", in: store.folder))
                let settings = try #require(config["settings"] as? [[String: Any]])
                #expect(
                    settings.contains { $0["key"] as? String == "data" && $0["value"] as? String == "data" })
                #expect((config["servers"] as? [[String: Any]])?.count == 3)
                let top = try json(try await bookstore("top --json --interval 0.2", in: store.folder))
                #expect((top["tiers"] as? [[String: Any]])?.map { $0["up"] as? Int } == [1, 1, 1])
                let servers = try #require(top["servers"] as? [[String: Any]])
                #expect(servers.allSatisfy { $0["up"] as? Bool == true && $0["served"] is [Any] })
                let backup = try json(try await bookstore("backup copies --json", in: store.folder))
                #expect(
                    backup["files"] as? [String] == ["copies/order.sqlite", "copies/catalog.sqlite"],
                    "\(backup)")
                let verify = try json(try await bookstore("verify --json", in: store.folder))
                #expect(verify["balanced"] as? Bool == true && verify["sales"] as? Int == 1)
                #expect((verify["discrepancies"] as? [Any])?.isEmpty == true)
                try await store.stop()
                try FileManager.default.removeItem(atPath: store.path("data"))
                let recover = try json(try await bookstore("recover --json", in: store.folder))
                #expect(recover["rebuilt"] as? [String] == ["catalog", "orders"], "\(recover)")
                try "bought book 1\nbought book 1\n".write(
                    toFile: store.path("output/order_log"), atomically: true, encoding: .utf8)
                let wrong = try await bookstore("verify --json", in: store.folder)
                #expect(wrong.status == 1)
                let found = try #require(try json(wrong)["discrepancies"] as? [[String: Any]])
                #expect(!found.isEmpty && found.allSatisfy { $0["place"] is String && $0["found"] is String })
            }
        }

        @Test func printsAcceptanceAsJSON() async throws {
            try await withStore { store in
                let line = "acceptance --json --frontend \(store.frontend) --logs output"
                for isFirst in [true, false] {
                    let run = try await bookstore(line, in: store.folder)
                    #expect(run.status == (isFirst ? 0 : 1), "\(run.errors)")
                    let report = try json(run)
                    #expect(report["passed"] as? Bool == isFirst)
                    let tests = try #require(report["tests"] as? [[String: Any]])
                    #expect(tests.count == 4)
                    let checks = tests.flatMap { $0["checks"] as? [[String: Any]] ?? [] }
                    #expect(
                        checks.count > 10 && checks.contains { $0["passed"] as? Bool == false } != isFirst)
                }
            }
        }
    }
}
