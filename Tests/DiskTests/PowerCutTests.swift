import Model
import TestSupport
import Testing

extension DiskTests {
    /// At any moment of a power cut, and with any part of the unsynced bytes on disk: what
    /// was answered exists once, and the books balance.
    @Suite struct PowerCutTests {
        /// The power is cut at every moment: with all kinds of luck in the long form, and in the short form with a
        /// different one at each.
        @Test func losesNothing() async throws {
            try await check(PowerCut.Script(), everyNth: 1)
        }

        /// The same after a failed sync: the system then shows bytes that are not on disk.
        @Test(arguments: [
            ("catalog.sqlite-wal:9", false), ("catalog.sqlite:1", false), ("order.sqlite-wal:1", false),
        ])
        func losesNothingAfterAFailedSync(sync: String, diesOfFault: Bool) async throws {
            var script = PowerCut.Script(saleCount: 30, restartAfter: 0, crashAfter: 20)
            script.failedSync = (sync.hasPrefix("order") ? .order : .catalog, sync)
            script.diesOfFault = diesOfFault
            try await check(script, everyNth: Setup.isLong ? 1 : 17)
        }

        /// The first sale's sync fails and the catalog dies: the next start finds the sale in a log that
        /// is not on disk. A catalog that trusted it could end with half of the sale in its database;
        /// see `DatabaseFile.rewriteWriteAheadLog`.
        @Test func losesNothingWithoutALogOnDisk() async throws {
            // The number of the first sale's sync depends on what a start writes.
            var isNoticed = false
            for sync in [6, 7, 5, 8] where !isNoticed {
                let (complaints, withoutRewriting) = try await withTemporaryFolder { folder in
                    try await onThread { try Self.cutAfterFailedSale(sync: sync, in: folder) }
                }
                #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
                isNoticed = !withoutRewriting.isEmpty
            }
            #expect(isNoticed)
        }

        private static func cutAfterFailedSale(
            sync: Int, in folder: String
        ) throws -> (complaints: [String], withoutRewriting: [String]) {
            let cut = try PowerCut(folder: folder)
            var script = PowerCut.Script(saleCount: 4, restartAfter: 0, crashAfter: 0)
            script.failedSync = (.catalog, "catalog.sqlite-wal:\(sync)")
            script.diesOfFault = true
            try cut.run(script)
            // SQLite writes at most one page at a time; rewriting the log is a single write.
            let trusting = cut.records.map { record in
                let isRewriting =
                    record.kind == .write && record.path.hasSuffix("-wal") && record.data.count > 4_096
                return isRewriting ? DiskRecord.nothing : record
            }
            let fault = cut.records.firstIndex { $0.kind == .failedSync } ?? 0
            var complaints = cut.complaints + cut.differences()
            var withoutRewriting: [String] = []
            // In the middle of a checkpoint: the database file is about to be synced.
            let isChosen = { (moment: PowerCut.Moment, luck: DiskModel.Luck) in
                guard luck == .some, moment.end > fault, moment.end < cut.records.count else { return false }
                return cut.records[moment.end].path.hasSuffix("/catalog.sqlite")
            }
            _ = try cut.check(tryCount: 3, isChosen: isChosen) { complaints.append($0) }
            _ = try cut.check(records: trusting, tryCount: 3, isChosen: isChosen) {
                withoutRewriting.append($0)
            }
            return (complaints, withoutRewriting)
        }

        private func check(_ script: PowerCut.Script, everyNth: Int) async throws {
            let lucks = DiskModel.Luck.allCases
            try await withTemporaryFolder { folder in
                let (complaints, imageCount) = try await onThread {
                    let cut = try PowerCut(folder: folder)
                    try cut.run(script)
                    var complaints = cut.complaints + cut.differences()
                    let imageCount = try cut.check { moment, luck in
                        guard moment.number % everyNth == 0 else { return false }
                        return Setup.isLong || luck == lucks[moment.number / everyNth % lucks.count]
                    } found: {
                        complaints.append($0)
                    }
                    sayProof(
                        "power cuts: \(imageCount) images of \(cut.moments.count) moments, "
                            + "\(complaints.count) findings")
                    return (complaints, imageCount)
                }
                #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
                #expect(imageCount >= 4)
            }
        }

        /// A store whose syncs did nothing would be found out.
        @Test func noticesSyncsThatDoNothing() async throws {
            try await withTemporaryFolder { folder in
                let complaints = try await onThread {
                    let cut = try PowerCut(folder: folder)
                    try cut.run(PowerCut.Script(saleCount: 12, restartAfter: 0, crashAfter: 0))
                    let lying = cut.records.map { record in
                        guard record.kind == .sync, record.path.hasSuffix("catalog.sqlite-wal") else {
                            return record
                        }
                        return DiskRecord.nothing
                    }
                    var complaints: [String] = []
                    let last = cut.moments.count - 8
                    _ = try cut.check(
                        records: lying, isChosen: { $0.number == last && $1 == .nothing },
                        found: { complaints.append($0) })
                    return complaints
                }
                #expect(complaints.contains { $0.contains("lost") }, "\(complaints)")
            }
        }
    }
}
