import Model
import TestSupport
import Testing

extension DiskTests {
    /// At whatever moment the power is cut, and whatever part of the unsynced bytes the disk has kept: what
    /// was answered is there, once, and the books balance.
    @Suite struct PowerCutTests {
        /// Every how many moments are tried in the short form.
        private static let stride = Setup.isLong ? 1 : 17

        /// One kind of luck at a chosen moment in the short form, a different one at each; all in the long.
        private static func isChosen(_ moment: PowerCut.Moment, _ luck: DiskModel.Luck) -> Bool {
            guard !Setup.isLong else { return true }
            let lucks = DiskModel.Luck.allCases
            return moment.number % stride == 0 && luck == lucks[moment.number / stride % lucks.count]
        }

        @Test func losesNothing() async throws {
            try await check(PowerCut.Script())
        }

        /// The same when a sync fails before: the system then shows bytes that the disk does not have.
        @Test(arguments: [
            (Tier.catalog, "catalog.sqlite-wal:9"), (.catalog, "catalog.sqlite:1"),
            (.order, "order.sqlite-wal:8"),
        ])
        func losesNothingAfterAFailedSync(tier: Tier, sync: String) async throws {
            var script = PowerCut.Script(saleCount: 30, restartAfter: 0, crashAfter: 20)
            script.failedSync = (tier, sync)
            try await check(script)
        }

        private func check(_ script: PowerCut.Script) async throws {
            try await withTemporaryFolder { folder in
                let (complaints, imageCount) = try await onThread {
                    let cut = try PowerCut(folder: folder)
                    try cut.run(script)
                    var complaints = cut.complaints + cut.differences()
                    let imageCount = try cut.check(isChosen: Self.isChosen) { complaints.append($0) }
                    print("power cuts: \(imageCount) images of \(cut.moments.count) moments")
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
                        return DiskRecord(kind: .note, inode: 0, offset: 0, path: "nothing", data: [])
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
