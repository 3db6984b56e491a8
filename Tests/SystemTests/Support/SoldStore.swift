import Foundation
import Model
import TestSupport
import Testing

/// The folder of a stopped store.
struct SoldStore {
    let folder: String

    func path(_ name: String) -> String { folder + "/" + name }

    /// A copy of the folder, inside this one so that it is removed with it.
    func copy() throws -> SoldStore {
        let copy = SoldStore(folder: path("copy-\(UUID().uuidString)"))
        for name in ["data", "output"] where FileManager.default.fileExists(atPath: path(name)) {
            try FileManager.default.createDirectory(atPath: copy.folder, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: path(name), toPath: copy.path(name))
        }
        return copy
    }

    /// What `verify` prints of a copy after some damage.
    func verdict(_ damage: (SoldStore) async throws -> Void) async throws -> [String] {
        let copy = try copy()
        try await damage(copy)
        let run = try await bookstore("verify", in: copy.folder)
        let lines = run.output.split(separator: "\n").map(String.init)
        guard run.status != 0 else { return [] }
        #expect(run.status == 1, "\(run.errors)")
        #expect(run.errors.contains("\(lines.count) discrepanc"), "\(run.errors)")
        return lines
    }

    /// The bytes of all files, except those that SQLite and the locks create for reading.
    func contents() throws -> [String: Data] {
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        let kept = names.filter { name in
            (name.hasPrefix("data/") || name.hasPrefix("output/"))
                && !["-wal", "-shm", ".lock"].contains { name.hasSuffix($0) }
        }
        return Dictionary(
            uniqueKeysWithValues: kept.map { ($0, FileManager.default.contents(atPath: path($0)) ?? Data()) })
    }

    func text(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    func write(_ text: String, to name: String) throws {
        try text.write(toFile: path(name), atomically: false, encoding: .utf8)
    }

    func edit(_ log: String, _ change: (String) -> String) throws {
        try write(change(try text("output/" + log)), to: "output/" + log)
    }

    /// Removes a file, and SQLite's files beside a database.
    func remove(_ name: String) throws {
        for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path(name + suffix)) }
        try FileManager.default.removeItem(atPath: path(name))
    }

    func cut(_ name: String, to byteCount: UInt64) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path(name)))
        defer { try? handle.close() }
        try handle.truncate(atOffset: byteCount)
    }

    /// Runs statements on a database with Python's SQLite.
    func sql(_ tier: String, _ statements: String) async throws {
        let script =
            "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.executescript(sys.argv[2]); db.commit()"
        let run = try await run(
            "/usr/bin/env", ["python3", "-c", script, path("data/\(tier).sqlite"), statements], in: folder)
        #expect(run.status == 0, "\(run.errors)")
    }

    /// Starts a store on the files: same stock and price, same answers, and it sells.
    func expectGoesOn(remembersKeys: Bool) async throws {
        let store = try Store(folder: folder)
        defer { store.end() }
        try await store.start()
        #expect(try await store.stock(of: 2) == 3)
        #expect(try await store.book(2)["cost"] as? String == "12.50")
        if remembersKeys { #expect(try await store.buy(2, key: "k1") == "Success") }
        #expect(try await store.stock(of: 2) == 3)
        #expect(try await store.buy(1, key: "new") == "Success")
        let verdict = try await bookstore("verify", in: folder)
        #expect(verdict.status == 0, "\(verdict.output)")
        try await store.stop()
    }
}

/// The files of a store that has sold, changed a price and stopped; each case damages a copy of them.
func withSoldStore(_ body: (SoldStore) async throws -> Void) async throws {
    try await withStore { store in
        for number in 1...4 {
            #expect(try await store.buy(number % 2 + 1, key: "k\(number)") == "Success")
        }
        let priced = try await store.post("/update?item_number=2&cost=12.5&stock=3", to: .catalog)
        expectJSON(priced, successBody)
        #expect(try await store.buy(2, key: "k5") == "Success")
        try await store.stop()
        try await body(SoldStore(folder: store.folder))
    }
}
