import Foundation
import Model
import TestSupport
import Testing

extension DiskTests {
    /// A full disk: changes are refused before anything is half written, reads work, and selling
    /// resumes by itself when there is room.
    @Suite(.enabled(if: SmallDisk.canBeMade, "mounting a small disk needs root and a system that allows it"))
    struct FullDiskTests {
        @Test func sellsAgainAfterAFullDiskHasRoom() async throws {
            try await withSmallDisk { disk in
                let store = try DiskStore(folder: disk.path, books: KeyedRequests.books)
                defer { store.end() }
                try store.start()
                #expect(store.buys(1, key: "before"))

                try disk.fill(leaving: 8 << 20)
                let refused = try store.post("/buy?item_number=1", to: .frontend, key: "refused")
                #expect(refused.status == 503)
                #expect(refused.headers["retry-after"] != nil)
                // Two tiers away from the disk, the answer still names the tier whose disk is full.
                for (name, value) in [
                    ("code", "disk_full"), ("dependency", "catalog"), ("outcome", "none"),
                    ("detail", "the catalog server has a full disk"),
                ] { #expect(refused.json[name] as? String == value, "\(refused.body)") }
                let priced = try store.post("/update?item_number=1&cost=5", to: .catalog, key: "price")
                #expect(priced.status == 503)
                let text = priced.json["detail"] as? String ?? ""
                #expect(text.contains("full disk"), "\(text)")
                // Reads are logged as well, and use little of the remaining room.
                for _ in 1...200 {
                    #expect(try store.get("/lookup?item_number=1", from: .frontend).status == 200)
                }
                #expect(try store.ledgerKeys() == ["before"])
                #expect(store.field("cost", of: 1, as: String.self) == "10")

                try disk.makeRoom()
                #expect(store.buys(1, key: "refused"))
                #expect(store.buys(1, key: "after"))
                #expect(try store.ledgerKeys() == ["before", "refused", "after"])
                let verdict = try store.verify()
                #expect(verdict.status == 0, "\(verdict.text)")
            }
        }

        /// Full to the last byte: even the logs of queries have no room, and a tier may fail to start.
        @Test func forgetsNothingOnACompletelyFullDisk() async throws {
            try await withSmallDisk { disk in
                let store = try DiskStore(folder: disk.path, books: KeyedRequests.books)
                defer { store.end() }
                try store.start()
                #expect(store.buys(1, key: "before"))
                try disk.fill(leaving: 0)
                for _ in 1...500 { _ = try? store.get("/lookup?item_number=1", from: .frontend) }
                #expect(store.result("/buy?item_number=1", of: .frontend, key: "full") == nil)
                #expect(try store.get("/lookup?item_number=1", from: .frontend).status == 200)

                store.kill([.catalog, .order])
                for tier in [Tier.catalog, .order] {
                    try store.launch(tier)
                    let isUp = poll(within: 10) {
                        !store.isRunning(tier) || (try? store.get("/livez", from: tier).status) == 200
                    }
                    #expect(isUp)
                    guard let run = store.run(of: tier), let status = run.status else { continue }
                    // With a full /tmp, the message itself may be missing.
                    #expect(status == 78 || status == 1, "\(tier) ended with \(status): \(run.said)")
                }
                try disk.makeRoom()
                for tier in [Tier.catalog, .order] where !store.isRunning(tier) { try store.launch(tier) }
                try store.waitUntilReady()
                #expect(
                    poll(within: 5) {
                        store.result("/buy?item_number=1", of: .frontend, key: "full") == "Success"
                    })
                #expect(Set(try store.ledgerKeys()) == ["before", "full"])
                let verdict = try store.verify()
                #expect(verdict.status == 0, "\(verdict.text)")
            }
        }

        private func withSmallDisk(_ body: @escaping @Sendable (SmallDisk) throws -> Void) async throws {
            try await withTemporaryFolder { folder in
                try await onThread {
                    let disk = try SmallDisk(mountedOn: folder + "/disk")
                    defer { disk.unmount() }
                    try body(disk)
                }
            }
        }
    }
}

/// A separate small file system in memory.
struct SmallDisk: Sendable {
    static let canBeMade: Bool = {
        let folder = FileManager.default.temporaryDirectory.path + "/bookstore-mount-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        guard let disk = try? SmallDisk(mountedOn: folder) else { return false }
        disk.unmount()
        return true
    }()

    let path: String
    private var filler: String { path + "/filler" }

    init(mountedOn path: String) throws {
        self.path = path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        guard Self.run("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", path) else {
            throw ServerProcess.Failed(description: "cannot mount a file system on \(path)")
        }
    }

    func unmount() { _ = Self.run("umount", path) }

    /// Fills the disk with a file until `bytes` are left.
    func fill(leaving bytes: UInt64) throws {
        guard FileManager.default.createFile(atPath: filler, contents: nil) else { return }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: filler))
        defer { try? handle.close() }
        for size in [1 << 20, 4_096] {
            let chunk = Data(count: size)
            while room() >= bytes + UInt64(size), (try? handle.write(contentsOf: chunk)) != nil {}
        }
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: filler) }

    private func room() -> UInt64 {
        var status = statvfs()
        return statvfs(path, &status) == 0 ? UInt64(status.f_bavail) * UInt64(status.f_frsize) : 0
    }

    private static func run(_ command: String...) -> Bool {
        let folder = FileManager.default.temporaryDirectory.path
        let name = "bookstore-\(command[0])-\(UUID().uuidString)"
        defer {
            for end in ["out", "err"] {
                try? FileManager.default.removeItem(atPath: "\(folder)/\(name).\(end)")
            }
        }
        guard let run = try? ServerProcess(name, command[0], Array(command.dropFirst()), in: folder) else {
            return false
        }
        return run.statusAtEnd(within: 10) == 0
    }
}
