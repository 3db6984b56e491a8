import Foundation
import Model
import TestSupport
import Testing

extension DiskTests {
    /// EIO, a full disk and death, in every call by which a tier writes or syncs its files: no acknowledged
    /// sale is lost, no key sells twice, and the books balance.
    @Suite struct DiskFaultTests {
        /// Stores that run at a time: they mostly wait, for recoveries and for each other.
        private static let workerCount = 4
        /// Every how many faults of a tier are tried in the short form. No divisor of the number of effects, so
        /// that all of them come up.
        private static let everyNth = Setup.isLong ? 1 : 23

        @Test(arguments: [Tier.catalog, .order]) func losesNothing(tier: Tier) async throws {
            let all = DiskFault.all(of: tier, counted: try await countCalls(tier))
            // Fewer, and the counting has missed the start or the sales.
            #expect(all.count > 200)
            let chosen = all.indices.filter { $0 % Self.everyNth == 0 }.map { all[$0] }
            let reports = try await reports(on: chosen)
            let complaints = reports.flatMap(\.complaints)
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
            print(
                "disk faults of the \(tier.rawValue) server: \(reports.count) of \(all.count) tried, "
                    + "\(reports.count(where: \.hasEnded)) ended it, "
                    + "\(reports.count(where: \.hasRecovered)) were survived without a restart")
            #expect(reports.contains(where: \.hasEnded) && reports.contains(where: \.hasRecovered))
        }

        /// Runs the store without a fault and lists the calls that could fail.
        private func countCalls(_ tier: Tier) async throws -> String {
            try await withTemporaryFolder { folder in
                try await onThread {
                    let store = try DiskStore(folder: folder, books: KeyedRequests.books)
                    defer { store.end() }
                    let output = folder + "/calls"
                    for other in Tier.allCases {
                        try store.launch(
                            other,
                            wrapper: other == tier ? DiskFault.counter(tier, folder: folder, output: output) : [])
                    }
                    try store.waitUntilReady()
                    for request in KeyedRequests.all {
                        #expect(store.result(request.target, of: request.tier, key: request.key) != nil)
                    }
                    store.end()
                    let size = { (try? FileManager.default.attributesOfItem(atPath: output)[.size]) as? Int }
                    // strace ends a moment after the tier.
                    var before = -1
                    _ = poll(within: 5) {
                        let now = size() ?? 0
                        defer { before = now }
                        usleep(200_000)
                        return now == before
                    }
                    return try String(contentsOfFile: output, encoding: .utf8)
                }
            }
        }

        private func reports(on faults: [DiskFault]) async throws -> [FaultyStore.Report] {
            try await withThrowingTaskGroup(of: [FaultyStore.Report].self) { group in
                for worker in 0..<Self.workerCount {
                    group.addTask {
                        var reports: [FaultyStore.Report] = []
                        for index in stride(from: worker, to: faults.count, by: Self.workerCount) {
                            reports.append(try await report(on: faults[index]))
                            if Setup.isLong, index % 50 == 49 { print("disk faults: \(index + 1) of \(faults.count)") }
                        }
                        return reports
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
        }

        private func report(on fault: DiskFault) async throws -> FaultyStore.Report {
            try await withTemporaryFolder { folder in
                try await onThread {
                    do {
                        return try FaultyStore.run(fault, in: folder)
                    } catch {
                        return FaultyStore.Report(complaints: ["\(fault): \(error)"])
                    }
                }
            }
        }

        /// A disk that stays broken ends the tier, with a message, and not before others had a chance to
        /// read from it.
        @Test(arguments: [Tier.catalog, .order]) func endsWithAMessageWhereTheDiskStaysBroken(tier: Tier) async throws {
            try await withTemporaryFolder { folder in
                let (status, text) = try await onThread {
                    let store = try DiskStore(folder: folder, books: KeyedRequests.books)
                    defer { store.end() }
                    try store.start([.catalog, .order, .frontend])
                    store.kill([tier])
                    // Of the database's own files only: the log is written without syncs.
                    let fault = DiskFault(tier: tier, call: "pwrite64", number: 120, effect: .errorsFromThenOn)
                    try store.launch(tier, wrapper: fault.wrapper(in: folder))
                    try store.waitUntilReady()
                    for number in 1...40 { _ = store.result("/buy?item_number=1", of: .frontend, key: "k\(number)") }
                    let status = store.run(of: tier)?.exit(within: 60)
                    return (status, store.said(by: tier))
                }
                #expect(status == 1, "\(text)")
                #expect(text.contains("bookstore: stopped after a fault of its disk"), "\(text)")
            }
        }
    }
}
