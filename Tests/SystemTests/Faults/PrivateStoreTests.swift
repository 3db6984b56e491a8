import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// What processes leave on the disk when started from a shell with a wide umask.
    @Suite struct PrivateStoreTests {
        /// Every file and folder below `folder` that users other than its owner may use, with its mode.
        private func open(_ names: [String], in folder: String) -> [String] {
            let all = names.flatMap { name in
                [name]
                    + (FileManager.default.enumerator(atPath: folder + "/" + name)?.compactMap {
                        $0 as? String
                    } ?? [])
                    .map { name + "/" + $0 }
            }
            return all.compactMap { name in
                var status = stat()
                guard lstat(folder + "/" + name, &status) == 0, status.st_mode & 0o077 != 0 else {
                    return nil
                }
                return "\(name) \(String(status.st_mode & 0o777, radix: 8))"
            }
        }

        private func wide(_ command: String, in folder: String) async throws -> CommandRun {
            try await run("/bin/sh", ["-c", "umask 0; exec \(Program.bookstore) \(command)"], in: folder)
        }

        @Test func onlyItsOwnerCanReadAStore() async throws {
            try await withStoppedStore { store in
                for tier in Tier.allCases {
                    try store.launch(
                        tier, program: "/bin/sh",
                        ["-c", "umask 0; exec \(Program.bookstore) \(tier.rawValue) --supervised"])
                }
                for tier in Tier.allCases { try await store.waitUntilReady(tier) }
                #expect(try await store.buy(1, key: "a") == "Success")
                _ = try await store.get("/find?q=dummies")
                #expect(open(["data", "output"], in: store.folder) == [])
                let backup = try await wide("backup copies/one", in: store.folder)
                #expect(backup.status == 0, "\(backup.errors)")
                try await store.stop()
                #expect(open(["data", "output", "copies"], in: store.folder) == [])

                for database in ["catalog", "order"] {
                    try FileManager.default.removeItem(atPath: store.path("data/\(database).sqlite"))
                }
                let recovered = try await wide("recover", in: store.folder)
                #expect(recovered.status == 0, "\(recovered.errors)")
                #expect(open(["data", "output"], in: store.folder) == [])
            }
        }

        @Test func anExistingStoreIsTightenedAtStart() async throws {
            try await withStore { store in
                try await store.stop()
                let names = try ["data", "output"].flatMap { folder in
                    [folder]
                        + (try FileManager.default.contentsOfDirectory(atPath: store.path(folder))).map {
                            "\(folder)/\($0)"
                        }
                }
                for name in names {
                    #expect(chmod(store.path(name), name.contains("/") ? 0o644 : 0o755) == 0)
                }
                try await store.start()
                #expect(open(["data", "output"], in: store.folder) == [])
            }
        }

        /// First books are not added to an existing database, which is reported; a broken file is refused either way.
        @Test func saysThatFirstBooksAreNotAdded() async throws {
            try await withStore(books: "init,7,1,1,t,Seven\n") { store in
                try await store.stop()
                #expect(!store.errors(of: .catalog).contains("were not added"))
                try store.write("init,8,1,1,t,Eight\n", to: "books")
                try await store.start()
                #expect(store.errors(of: .catalog).contains("those of books were not added"))
                #expect(try await store.get("/lookup?item_number=8").status == 404)
                try await store.stop()
                try store.write("init,9,1\n", to: "books")
                let run = try await bookstore("catalog", "--books", "books", in: store.folder)
                #expect(run.status == 78 && run.errors.contains("books:1: expected init"), "\(run.errors)")
                try FileManager.default.removeItem(atPath: store.path("books"))
                // A file that is missing by then does not matter.
                try await store.start()
                #expect(try await store.get("/lookup?item_number=7").status == 200)
                try await store.stop()
            }
        }
    }
}
