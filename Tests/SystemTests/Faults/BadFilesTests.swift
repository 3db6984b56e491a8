import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// Files and folders that a tier cannot use: a clear reason, the right exit status, nothing half done.
    @Suite struct BadFilesTests {
        @Test(arguments: [
            ("catalog", "config:1: expected type,host:port"),
            ("catalog,127.0.0.1", "config:1: '127.0.0.1' is not host:port"),
            ("# ok\n\ncatalog,127.0.0.1:x", "config:3: "), ("catalog,127.0.0.1:0", "config:1: "),
            ("catalog,127.0.0.1:65536", "config:1: "), ("catalog,:8001", "config:1: "),
            ("catalog,a b:8001", "config:1: "),
            ("catalog,1.2.3.4:1,x", "config:1: expected type,host:port"),
            ("catalogue,1.2.3.4:1", "config:1: unknown type 'catalogue'"),
            (
                "catalog,127.0.0.1:7001\norder,127.0.0.1:7001",
                "config:2: 127.0.0.1:7001 is already used in line 1"
            ),
            ("order,127.0.0.1:7002", "config: has no catalog line"), ("", "config: has no catalog line"),
        ])
        func refusesAConfigFile(text: String, reason: String) async throws {
            try await withTemporaryFolder { folder in
                try text.write(toFile: folder + "/config", atomically: true, encoding: .utf8)
                for command in ["catalog", "up"] {
                    let run = try await bookstore(command, in: folder)
                    #expect(run.status == 78)
                    #expect(run.errors.contains(reason), "\(run.errors)")
                    #expect(run.errors.split(separator: "\n").count == 1, "\(run.errors)")
                    #expect(!FileManager.default.fileExists(atPath: folder + "/data"))
                }
            }
        }

        @Test func refusesAMissingOrBinaryConfigFile() async throws {
            try await withTemporaryFolder { folder in
                let missing = try await bookstore("catalog", "--config", "none", in: folder)
                #expect(missing.status == 78 && missing.errors.contains("none: cannot be read"))
                try Data([0x63, 0xFF, 0x0A]).write(to: URL(fileURLWithPath: folder + "/config"))
                let binary = try await bookstore("order", in: folder)
                #expect(binary.status == 78 && binary.errors.contains("config: is not UTF-8 text"))
                try "frontend,127.0.0.1:7000\n".write(
                    toFile: folder + "/config", atomically: true, encoding: .utf8)
                let alone = try await bookstore("frontend", in: folder)
                #expect(alone.status == 78 && alone.errors.contains("no catalog line"), "\(alone.errors)")
            }
        }

        private static let good = "init,1,3,10,t,Good\n"

        @Test(arguments: [
            ("init,2,3,10,t", "books:2: the title is missing"),
            ("book,2,3,10,t,T", "books:2: expected init,"),
            ("init,x,3,10,t,T", "books:2: item_number 'x'"), ("init,0,3,10,t,T", "books:2: item_number '0'"),
            ("init,02,3,10,t,T", "books:2: item_number '02'"), ("init,2,-1,10,t,T", "books:2: stock '-1'"),
            ("init,2,1.5,10,t,T", "books:2: stock '1.5'"), ("init,2,3,1.234,t,T", "books:2: cost '1.234'"),
            ("init,2,3,-1,t,T", "books:2: cost '-1'"), ("init,2,3,ten,t,T", "books:2: cost 'ten'"),
            ("init,2,3,10,,T", "books:2: the topic is empty"),
            ("init,2,3,10,t,", "books:2: the title is empty"),
            ("init,1,3,10,t,T", "books:2: item_number 1 is already used in line 1"),
            ("init,2,3,10,t,Two\rlines", "books:2: the title holds a control character or line break"),
            ("init,2,3,10,t,Two\u{2028}lines", "books:2: the title holds a control character or line break"),
            ("init,2,3,10,t,Two\nlines", "books:3: expected init,"),
            ("init,2,3,10,t\tt,T", "books:2: the topic holds a control character"),
            (
                "init,2,3,10,t," + String(repeating: "x", count: 1025),
                "books:2: the title is longer than 1024 bytes"
            ),
            ("# two\n\ninit,2", "books:4: expected init,"),
        ])
        func refusesABooksFile(line: String, reason: String) async throws {
            try await withTemporaryFolder { folder in
                let config = "catalog,127.0.0.1:\(try FreePort.find())\n"
                try config.write(toFile: folder + "/config", atomically: true, encoding: .utf8)
                try (Self.good + line + "\n").write(
                    toFile: folder + "/books", atomically: true, encoding: .utf8)
                let run = try await bookstore("catalog", "--books", "books", in: folder)
                #expect(run.status == 78)
                #expect(run.errors.contains("bookstore: " + reason), "\(run.errors)")
                // Even the book of the valid line is not stored.
                let data = (try? FileManager.default.contentsOfDirectory(atPath: folder + "/data")) ?? []
                #expect(!data.contains { $0.contains("sqlite") }, "\(data)")
                let log = FileManager.default.contents(atPath: folder + "/output/catalog_log") ?? Data()
                #expect(log.isEmpty)
            }
        }

        /// After the file is corrected, the same folders work.
        @Test func startsOnceTheBooksAreRepaired() async throws {
            try await withStoppedStore { store in
                store.add(["--books", "books"], to: .catalog)
                for (text, reason) in [("", "books: has no books"), ("# none\n", "books: has no books")] {
                    try store.write(text, to: "books")
                    let run = try await bookstore("catalog", "--books", "books", in: store.folder)
                    #expect(run.status == 78 && run.errors.contains(reason), "\(run.errors)")
                }
                let bytes = Data(Self.good.utf8) + Data([0x69, 0xFF, 0x0A])
                try bytes.write(to: URL(fileURLWithPath: store.path("books")))
                let binary = try await bookstore("catalog", "--books", "books", in: store.folder)
                #expect(
                    binary.status == 78 && binary.errors.contains("books:2: is not UTF-8"), "\(binary.errors)"
                )
                let none = try await bookstore("catalog", "--books", "lost", in: store.folder)
                #expect(none.status == 78 && none.errors.contains("lost: cannot be read"))
                // Windows line ends, a byte-order mark and a missing last line feed are allowed.
                try store.write("\u{FEFF}init,1,3,10,t,Good\r\n\r\n# more\r\ninit,2,1,1,t,Last", to: "books")
                try await store.start()
                #expect(try await store.book(1)["title"] as? String == "Good")
                #expect(try await store.book(2)["title"] as? String == "Last")
            }
        }

        @Test(arguments: Tier.allCases) func refusesAPortInUse(tier: Tier) async throws {
            try await withStoppedStore { store in
                // Another program has the port.
                let port = String(store.port(tier))
                let script = """
                    import socket, sys, time
                    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    s.bind(("127.0.0.1", \(port))); s.listen(); print("ok", flush=True); time.sleep(60)
                    """
                let other = try ServerProcess(
                    "other", "/usr/bin/env", ["python3", "-c", script], in: store.folder)
                defer { other.end() }
                try await eventually("the port is taken") { other.output == "ok\n" }
                let run = try await bookstore(tier.rawValue, in: store.folder)
                #expect(run.status == 1)
                #expect(
                    run.errors.contains("cannot listen on 127.0.0.1:\(port): the port is in use"),
                    "\(run.errors)")
            }
        }

        /// Tests may run as root, whom no permission stops, so a file takes the folder's place.
        @Test(arguments: [
            ("catalog", "--output"), ("catalog", "--data"), ("order", "--output"), ("order", "--data"),
        ])
        func refusesAFolderThatCannotBeWritten(command: String, option: String) async throws {
            try await withStoppedStore { store in
                try store.write("a file\n", to: "file")
                for path in ["file", "file/below"] {
                    let run = try await bookstore(command, option, path, in: store.folder)
                    #expect(run.status == 78)
                    #expect(run.errors.contains("\(path): the folder cannot be"), "\(run.errors)")
                    #expect(run.errors.contains(option), "\(run.errors)")
                }
                #expect(try String(contentsOfFile: store.path("file"), encoding: .utf8) == "a file\n")
            }
        }

        /// An obstacle in place of a log is reported as well, and a log of another store's catalog is not touched.
        @Test func refusesALogThatIsAFolder() async throws {
            try await withStoppedStore { store in
                for (command, name) in [("catalog", "catalog_log"), ("order", "order_log")] {
                    let path = store.path("output/\(name)")
                    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
                    let run = try await bookstore(command, in: store.folder)
                    #expect(run.status == 78, "\(run.status)")
                    #expect(run.errors.contains(name), "\(run.errors)")
                }
            }
        }
    }
}
