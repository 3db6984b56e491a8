import Testing

/// The model itself, on histories with known outcomes.
@Suite struct DiskModelTests {
    private static let bytes = Array("abcdef".utf8)

    private func record(
        _ kind: DiskRecord.Kind, _ path: String, inode: UInt64 = 1, offset: Int = 0, data: [UInt8] = []
    ) -> DiskRecord {
        DiskRecord(kind: kind, inode: inode, offset: offset, path: path, data: data)
    }

    private func image(_ records: [DiskRecord], _ luck: DiskModel.Luck = .nothing) -> [String: [UInt8]] {
        var model = DiskModel(root: "/r")
        for record in records { model.apply(record) }
        var random = SeededRandom(seed: 1)
        return model.image(luck, using: &random).files.mapValues(\.bytes)
    }

    @Test func keepsOnlyWhatWasSynced() {
        var done = [record(.create, "/r/a"), record(.write, "/r/a", data: Self.bytes)]
        #expect(image(done).isEmpty)
        #expect(image(done, .names) == ["/r/a": []])
        #expect(image(done, .all) == ["/r/a": Self.bytes])
        done.append(record(.sync, "/r/a"))
        #expect(image(done) == ["/r/a": Self.bytes])
        done.append(record(.write, "/r/a", offset: 3, data: [1]))
        done.append(record(.truncate, "/r/a", offset: 2))
        #expect(image(done) == ["/r/a": Self.bytes])
        #expect(image(done, .all) == ["/r/a": Array(Self.bytes.prefix(2))])
    }

    @Test func keepsARenameOnlyAfterAFolderSync() {
        var done = [
            record(.create, "/r/a"), record(.write, "/r/a", data: Self.bytes), record(.sync, "/r/a"),
            record(.rename, "/r/a", data: Array("/r/b".utf8)), record(.sync, "/r/b"),
        ]
        #expect(image(done) == ["/r/a": Self.bytes])
        done.append(record(.syncFolder, "/r"))
        #expect(image(done) == ["/r/b": Self.bytes])
        done.append(record(.unlink, "/r/b", inode: 0))
        #expect(image(done) == ["/r/b": Self.bytes])
        #expect(image(done, .names).isEmpty)
    }

    @Test func losesFilesOfAnUnsyncedFolder() {
        var done = [
            record(.makeFolder, "/r/d", inode: 0), record(.create, "/r/d/a"), record(.sync, "/r/d/a"),
        ]
        #expect(image(done).isEmpty)
        done.append(record(.syncFolder, "/r"))
        #expect(image(done) == ["/r/d/a": []])
    }

    /// After a failed sync programs still see bytes that no later sync writes.
    @Test func forgetsWhatAFailedSyncDropped() {
        var done = [
            record(.create, "/r/a"), record(.sync, "/r/a"), record(.write, "/r/a", data: Self.bytes),
            record(.failedSync, "/r/a"), record(.sync, "/r/a"),
        ]
        #expect(image(done) == ["/r/a": []])
        #expect(image(done, .all) == ["/r/a": Self.bytes])
        done.append(record(.write, "/r/a", data: Self.bytes))
        done.append(record(.sync, "/r/a"))
        #expect(image(done) == ["/r/a": Self.bytes])
    }

    @Test func separatesFilesThatReuseAnInode() {
        let done = [
            record(.create, "/r/a"), record(.write, "/r/a", data: Self.bytes), record(.sync, "/r/a"),
            record(.unlink, "/r/a", inode: 0), record(.create, "/r/b"), record(.sync, "/r/b"),
        ]
        #expect(image(done) == ["/r/a": Self.bytes, "/r/b": []])
        #expect(image(done, .names) == ["/r/b": []])
    }

    /// A reused name belongs to the newer file, in any order of the syncs.
    @Test func keepsTheNewerFileOfAName() {
        var done = [
            record(.create, "/r/a"), record(.sync, "/r/a"), record(.unlink, "/r/a", inode: 0),
            record(.create, "/r/a", inode: 2), record(.write, "/r/a", inode: 2, data: Self.bytes),
            record(.sync, "/r/a", inode: 2),
        ]
        for luck in DiskModel.Luck.allCases { #expect(image(done, luck) == ["/r/a": Self.bytes]) }
        done.append(record(.syncFolder, "/r"))
        #expect(image(done) == ["/r/a": Self.bytes])
    }

    /// Sectors of a database survive in any order, lines of a log only from the start.
    @Test func tearsDatabaseSectorsAndLogEnds() {
        let page = [UInt8](repeating: 7, count: 2_048)
        var model = DiskModel(root: "/r")
        for (path, inode) in [("/r/db", UInt64(1)), ("/r/order_log", 2)] {
            model.apply(record(.create, path, inode: inode))
            model.apply(record(.sync, path, inode: inode))
            model.apply(record(.write, path, inode: inode, offset: 0, data: page))
        }
        var isTorn = false
        for seed in 1...50 {
            var random = SeededRandom(seed: UInt64(seed))
            let files = model.image(.some, using: &random).files
            #expect(files["/r/order_log"]?.bytes.allSatisfy { $0 == 7 } == true)
            let sectors = stride(from: 0, to: files["/r/db"]?.bytes.count ?? 0, by: 512).map { start in
                Set(files["/r/db"]?.bytes[start..<start + 512] ?? [])
            }
            #expect(sectors.allSatisfy { $0.count == 1 })
            isTorn = isTorn || sectors.contains([0])
        }
        #expect(isTorn)
    }
}
