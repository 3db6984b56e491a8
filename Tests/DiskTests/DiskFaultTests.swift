import Foundation
import Model
import TestSupport
import Testing

extension DiskTests {
    /// EIO, a full disk and death, in every call by which a tier writes or syncs its files: no acknowledged
    /// sale is lost, no key sells twice, and the books balance.
    @Suite struct DiskFaultTests {
        /// The number of concurrent stores. They mostly wait, for recoveries and for each other.
        private static let workerCount = 4
        /// The short form tries every n-th fault of a tier. n does not divide the number of effects, so
        /// that all effects occur.
        private static let everyNth = Setup.isLong ? 1 : 37

        @Test func losesNothing() async throws {
            // Most of the time is waiting: a tier gives a broken disk half a minute.
            async let catalogEnd = Self.endOnBrokenDisk(.catalog)
            async let orderEnd = Self.endOnBrokenDisk(.order)
            for tier in [Tier.catalog, .order] {
                for phase in DiskFault.Phase.allCases { try await losesNothing(tier, phase) }
            }
            for end in try await [catalogEnd, orderEnd] {
                #expect(end.status == 1, "\(end.text)")
                #expect(end.text.contains("bookstore: stopped after a fault of its disk"), "\(end.text)")
            }
        }

        private func losesNothing(_ tier: Tier, _ phase: DiskFault.Phase) async throws {
            let all = DiskFault.all(of: tier, in: phase, counted: try await countCalls(tier, phase))
            // With fewer, the counting has missed the start or the sales.
            #expect(all.count > 100)
            let chosen = all.indices.filter { $0 % Self.everyNth == 0 }.map { all[$0] }
            let reports = try await reports(on: chosen)
            let complaints = reports.flatMap(\.complaints)
            #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
            let endedCount = reports.count(where: \.hasEnded)
            let passedCount = reports.count(where: \.hasRecovered)
            sayProof(
                "disk faults of the \(tier.rawValue) server, \(phase): \(reports.count) of "
                    + "\(all.count) tried, \(endedCount) ended it, \(passedCount) passed without a restart, "
                    + "\(complaints.count) findings")
            #expect(endedCount > 0)
            #expect(phase == .start || passedCount > 0)
        }

        /// Runs the store without a fault and lists the calls that could fail.
        private func countCalls(_ tier: Tier, _ phase: DiskFault.Phase) async throws -> String {
            try await withTemporaryFolder { folder in
                try await onThread {
                    let store = try DiskStore(folder: folder, books: KeyedRequests.books)
                    defer { store.end() }
                    let output = folder + "/calls"
                    let options = DiskFault.countingOptions(tier, folder: folder, output: output)
                    for other in Tier.allCases where other != tier || phase == .sales {
                        try store.launch(other)
                    }
                    if phase == .start { try store.launch(tier, tracing: options) }
                    try store.waitUntilReady()
                    if phase == .sales { try store.trace(tier, options) }
                    for request in KeyedRequests.all {
                        let isAnswered = poll(within: 15) {
                            store.result(request.target, of: request.tier, key: request.key) != nil
                        }
                        #expect(isAnswered)
                    }
                    store.kill()
                    store.waitForTracers()
                    // The tracer of a start is not our child.
                    usleep(500_000)
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
                            if index % 50 == 49 {
                                sayProof("at disk fault \(index + 1) of \(faults.count)")
                            }
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

        /// Checks how a tier with a permanently broken disk ends, and what it reports.
        private static func endOnBrokenDisk(_ tier: Tier) async throws -> (status: Int32?, text: String) {
            try await withTemporaryFolder { folder in
                try await onThread {
                    let store = try DiskStore(folder: folder, books: KeyedRequests.books)
                    defer { store.end() }
                    try store.start()
                    let fault = DiskFault(
                        tier: tier, phase: .sales, call: "pwrite64", number: 1, effect: .errorsFromThenOn)
                    try store.trace(tier, fault.options(in: folder))
                    _ = store.result("/buy?item_number=1", of: .frontend, key: "unknown")
                    let status = store.run(of: tier)?.statusAtEnd(within: 90)
                    return (status, store.said(by: tier))
                }
            }
        }
    }
}
