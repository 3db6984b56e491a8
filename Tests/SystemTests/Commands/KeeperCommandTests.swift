import Foundation
import TestSupport
import Testing

extension RealProcesses {
    /// `bookstore keeper` over a whole store.
    @Suite struct KeeperCommandTests {
        private func keeper(_ line: String, typing password: String? = nil, _ store: Store) async throws
            -> CommandRun
        {
            let input = password.map { "printf '%s\\n' '\($0)' | " } ?? ""
            return try await run(
                "/bin/sh", ["-c", "\(input)exec \"$0\" keeper \(line) --config config", Program.bookstore],
                in: store.folder)
        }

        @Test func addsListsChangesAndRemoves() async throws {
            try await withStore { store in
                try store.write("a long password\r\nand no more", to: "password")
                let added = try await keeper("add Ann --role owner --password-file password", store)
                #expect(added.status == 0 && added.output == "Ann is an owner now\n", "\(added)")
                let second = try await keeper(
                    "add 'Ben B' --role reader --json", typing: "correct horse", store)
                #expect(
                    second.output.hasPrefix(#"{"result":{"name":"Ben B","role":"reader","made":""#),
                    "\(second)")
                let signIn = try await store.send(
                    "POST", "/sign_in", to: .frontend, headers: ["Content-Type": "application/json"],
                    body: #"{"name":"ann","password":"a long password"}"#)
                #expect(signIn.status == 200, "\(signIn.body)")
                let list = try await keeper("list", store)
                let rows = list.output.split(separator: "\n").map {
                    $0.split(separator: " ").map(String.init)
                }
                #expect(rows.count == 3 && rows[1][0...1] == ["Ann", "owner"], "\(list)")
                #expect(rows[1][3] == "1" && rows[2][4] == "0", "\(list)")
                #expect(try await keeper("role ann keeper", store).status == 1)
                let role = try await keeper("role 'BEN B' owner", store)
                #expect(role.output == "Ben B is an owner now\n", "\(role)")
                #expect(try await keeper("password Ann", typing: "battery staple", store).status == 0)
                #expect(try await keeper("list --json", store).output.contains(#""sessions":[]"#))
                let removed = try await keeper("remove Ann", store)
                #expect(removed.output == "Ann is no keeper any more\n", "\(removed)")
                let cases: [(String, String?, String)] = [
                    ("remove 'Ben B'", nil, "the last owner; make somebody else an owner first"),
                    ("remove Ann", nil, "there is no keeper Ann"),
                    ("add 'BEN B' --role owner", "correct horse", "there is a keeper BEN B already"),
                ]
                for (line, password, words) in cases {
                    let run = try await keeper(line, typing: password, store)
                    #expect(run.status == 1 && run.errors.contains(words), "\(run)")
                }
                let short = try await keeper("add Cat --role reader", typing: "short", store)
                #expect(short.status == 64 && short.errors.contains("has 5 bytes, not 8 to 256"), "\(short)")
                let none = try await keeper("add Cat --role reader </dev/null", store)
                #expect(none.status == 64 && none.errors.contains("no password on standard input"), "\(none)")
                let missing = try await keeper("password 'Ben B' --password-file none", store)
                #expect(missing.status == 78 && missing.errors.contains("none: cannot be read"), "\(missing)")
            }
        }
    }
}
