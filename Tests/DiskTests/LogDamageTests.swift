import Foundation
import Model
import TestSupport
import Testing

extension DiskTests {
    /// Logs that a crash or a user's mistake has damaged: what the databases contain is
    /// written again; other lines are reported, never guessed and never deleted.
    @Suite struct LogDamageTests {
        enum Damage: CaseIterable {
            case missing
            case empty
            case tornLine
            case behind
            case cutInHalf
            case otherText
            case ahead
        }

        private static let lines = [Tier.catalog: "update,1,na,-1", .order: "bought book 1"]

        @Test(arguments: [Tier.catalog, .order], Damage.allCases)
        func isRepairedOrReported(tier: Tier, damage: Damage) async throws {
            try await withTemporaryFolder { folder in
                try await onThread { try Self.check(tier, damage, in: folder) }
            }
        }

        private static func check(_ tier: Tier, _ damage: Damage, in folder: String) throws {
            let store = try DiskStore(folder: folder, books: KeyedRequests.books)
            defer { store.end() }
            try store.start()
            for number in 1...6 {
                #expect(store.buys(1, key: "k\(number)"))
            }
            let name = "\(tier.rawValue)_log"
            store.kill([tier])
            let line = lines[tier] ?? ""
            try inflict(damage, on: store.path("output/" + name), line: line)
            try store.start([tier])
            #expect(store.buys(2, key: "after"))

            let count = store.log(name).count { $0 == line }
            let isReported = damage == .ahead || damage == .otherText && tier == .order
            let verdict = try store.verify(within: isReported ? 0 : 5)
            switch (damage, tier) {
            case (.ahead, _):
                #expect(count == 7, "\(store.log(name))")
                #expect(verdict.status == 1)
                #expect(
                    verdict.text.contains("\(tier.rawValue) log") || verdict.text.contains(name),
                    "\(verdict.text)")
            case (.otherText, .order):
                #expect(count == 6)
                #expect(verdict.status == 1)
                #expect(verdict.text.contains("order_log:1"), "\(verdict.text)")
            default:
                #expect(count == 6, "\(store.log(name))")
                #expect(verdict.status == 0, "\(verdict.text)")
            }
            if tier == .order, damage == .ahead {
                #expect(poll(within: 5) { store.said(by: .order).contains("lines that no sale") })
            }
        }

        private static func inflict(_ damage: Damage, on path: String, line: String) throws {
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let lines = text.split(separator: "\n")
            let damaged: String? =
                switch damage {
                case .missing: nil
                case .empty: ""
                case .tornLine: String(text.dropLast(4))
                case .behind: lines.dropLast(4).map { $0 + "\n" }.joined()
                case .cutInHalf: String(text.prefix(text.count / 2))
                case .otherText: "Dear diary\nI sold a book\n"
                case .ahead: text + line + "\n"
                }
            guard let damaged else {
                try FileManager.default.removeItem(atPath: path)
                return
            }
            // Edited in place: an editor that saves to a new inode is the same as a log from elsewhere.
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data(damaged.utf8))
        }
    }
}
