import Foundation
import Model
import TestSupport
import Testing

extension RealProcesses {
    /// `recover` and `verify` with the logs of a store that rotates them: in order, packed or not, and never with one
    /// missing.
    @Suite struct RotatedLogTests {
        /// Splits both logs as two rotations do. `names` are the suffixes of the older two, the oldest first.
        private func rotate(_ sold: SoldStore, as names: [String]) throws {
            let catalog = try sold.text("output/catalog_log").split(separator: "\n").map { $0 + "\n" }
            let order = try sold.text("output/order_log").split(separator: "\n").map { $0 + "\n" }
            for (log, lines, cuts) in [("catalog_log", catalog, [5, 8]), ("order_log", order, [1, 3])] {
                try sold.write(lines[..<cuts[0]].joined(), to: "output/\(log)\(names[0])")
                try sold.write(lines[cuts[0]..<cuts[1]].joined(), to: "output/\(log)\(names[1])")
                try sold.write(lines[cuts[1]...].joined(), to: "output/\(log)")
            }
        }

        private func pack(_ name: String, by program: String, of sold: SoldStore) async throws {
            let packed = try await run("/usr/bin/env", [program, sold.path(name)], in: sold.folder)
            #expect(packed.status == 0, "\(packed.errors)")
        }

        private func forget(_ databases: [String], of sold: SoldStore) throws {
            for database in databases { try sold.remove("data/\(database).sqlite") }
        }

        /// Every form of logrotate's names, and files that it has packed.
        @Test(arguments: [
            [".2", ".1"], ["-20261031", "-20261101"], ["-2026-10-31", "-2026-11-01"],
            ["-20261101-1672531200", "-20261101-1672617600"],
        ])
        func takesRotatedLogsInOrder(names: [String]) async throws {
            try await withSoldStore { sold in
                try rotate(sold, as: names)
                #expect(try await sold.verdict { _ in } == [])
                try await pack("output/catalog_log" + names[0], by: "gzip", of: sold)
                try await pack("output/order_log" + names[0], by: "xz", of: sold)
                #expect(try await sold.verdict { _ in } == [])
                try forget(["catalog", "order"], of: sold)
                let run = try await bookstore("recover", in: sold.folder)
                #expect(run.status == 0, "\(run.errors)")
                let named =
                    "read output/catalog_log\(names[0]).gz, output/catalog_log\(names[1]), output/catalog_log: 4 books, 6"
                #expect(run.output.contains(named), "\(run.output)")
                #expect(try await sold.verdict { _ in } == [])
                try await sold.expectGoesOn(remembersKeys: false)
                // The start has found its log in all of them, and has set none aside.
                let left = try FileManager.default.contentsOfDirectory(atPath: sold.path("output"))
                #expect(left.count == 6, "\(left)")
            }
        }

        /// With any of them missing, nothing is rebuilt, and nothing is reported as complete.
        @Test func reportsAMissingLog() async throws {
            try await withSoldStore { sold in
                try rotate(sold, as: [".2", ".1"])
                let cases: [(gone: [String], said: String)] = [
                    (
                        ["catalog_log.1", "order_log.1"],
                        "catalog_log.1: is missing between output/catalog_log"
                    ),
                    (
                        ["catalog_log.1"],
                        "output/catalog_log.1: is missing between catalog_log.2 and catalog_log"
                    ),
                    (["order_log.1"], "output/order_log.1: is missing between order_log.2 and order_log"),
                    (["catalog_log"], "output/catalog_log: is missing behind catalog_log.1"),
                    (["order_log"], "output/order_log: is missing behind order_log.1"),
                    (["catalog_log.2", "order_log.2"], "output/catalog_log.1:1: updates book"),
                ]
                for (gone, said) in cases {
                    let copy = try sold.copy()
                    for name in gone { try copy.remove("output/" + name) }
                    let verified = try await bookstore("verify", in: copy.folder)
                    #expect(verified.status != 0, "\(gone): \(verified.output)")
                    try forget(["catalog", "order"], of: copy)
                    let run = try await bookstore("recover", in: copy.folder)
                    #expect(run.status == 78, "\(gone): \(run.output)")
                    let expected = said.replacing(" between output/", with: " between ")
                    #expect(run.errors.contains(expected), "\(gone): \(run.errors)")
                    for database in ["catalog", "order"] {
                        #expect(!FileManager.default.fileExists(atPath: copy.path("data/\(database).sqlite")))
                    }
                }
            }
        }

        /// The oldest log begins with the first books. One that begins with queries is not the oldest.
        @Test func reportsALogWithoutItsStart() async throws {
            try await withSoldStore { sold in
                try sold.edit("catalog_log") { "query_by_topic,t\n" + $0 }
                try forget(["catalog", "order"], of: sold)
                let run = try await bookstore("recover", in: sold.folder)
                #expect(run.status == 78)
                #expect(run.errors.contains("output/catalog_log:1: is no init line"), "\(run.errors)")
                #expect(run.errors.contains("--opened-empty"), "\(run.errors)")
                let empty = try await bookstore("recover", "--opened-empty", in: sold.folder)
                #expect(empty.status == 0, "\(empty.errors)")
                #expect(try await sold.verdict { _ in } == [])
            }
        }

        /// Logs without a clear order are refused, and files that are not rotated logs are reported.
        @Test func reportsUnreadableLogs() async throws {
            try await withSoldStore { sold in
                try rotate(sold, as: [".2", ".1"])
                try forget(["catalog", "order"], of: sold)
                let cases: [(made: String, said: String)] = [
                    ("catalog_log-20261101", "catalog_log-20261101: has a date and catalog_log.2 a number"),
                    ("order_log-01112026", "order_log-01112026: does not say by its name"),
                    ("catalog_log.3.gz", "output/catalog_log.3.gz: is packed, and gzip cannot unpack it"),
                ]
                for (made, said) in cases {
                    let copy = try sold.copy()
                    try copy.write("query_by_item,1\n", to: "output/" + made)
                    let run = try await bookstore("recover", in: copy.folder)
                    #expect(run.status == 78 && run.errors.contains(said), "\(run.errors)")
                }
                try sold.write("", to: "output/catalog_log.1.bak")
                let run = try await bookstore("recover", in: sold.folder)
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.errors.contains("output/catalog_log.1.bak was not read"), "\(run.errors)")
                let verified = try await bookstore("verify", in: sold.folder)
                #expect(verified.status == 0 && verified.errors.contains("catalog_log.1.bak was not read"))
            }
        }

        /// A missing gzip program is reported.
        @Test func reportsWhatItCannotUnpack() async throws {
            try await withSoldStore { sold in
                try rotate(sold, as: [".2", ".1"])
                try await pack("output/catalog_log.2", by: "gzip", of: sold)
                let run = try await run(
                    Program.bookstore, ["verify"], in: sold.folder, environment: ["PATH": "/nowhere"])
                #expect(run.status == 78)
                #expect(
                    run.errors.contains("catalog_log.2.gz: is packed, and there is no gzip"), "\(run.errors)")
            }
        }
    }
}
