import Foundation
import Model
import Synchronization
import TestSupport
import Testing

/// A complete run of the store of one seed.
struct SimulationRun {
    let seed: UInt64
    let faults: [String]
    let trace: [String]

    /// - Parameters:
    ///   - folder: emptied and used; the same one may be used again.
    ///   - isReplicated: see ``SimulatedStore``.
    init(seed: UInt64, folder: String, isReplicated: Bool = false) throws {
        self.seed = seed
        try? FileManager.default.removeItem(atPath: folder)
        for name in ["data", "output"] {
            try FileManager.default.createDirectory(
                atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        let store = try SimulatedStore(seed: seed, folder: folder, isReplicated: isReplicated)
        store.run()
        faults = store.world.faults
        trace = store.world.trace
    }

    /// What a reader needs to look into a failure.
    var report: String {
        let shown = 60
        return """
            seed \(seed) failed; repeat it with BOOKSTORE_SEED=\(seed) make simulation
            \(faults.joined(separator: "\n"))
            the last \(shown) of \(trace.count) lines of its trace:
            \(trace.suffix(shown).joined(separator: "\n"))
            """
    }

    /// A folder in memory if there is one, because files there need no disk.
    static func withFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
        let memory = "/dev/shm"
        let parent = FileManager.default.isWritableFile(atPath: memory) ? memory : NSTemporaryDirectory()
        let folder = parent + "/bookstore-simulation-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        return try body(folder)
    }
}

/// The options of a test run.
private struct Settings {
    /// One seed, to be repeated with its whole trace.
    let seed: UInt64?
    let seedCount: UInt64
    /// Whether only the world of replicas is run, or only that of a single store; nil for both, of replicas fewer seeds.
    let isReplicated: Bool?

    init(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
        seed = environment["BOOKSTORE_SEED"].flatMap { UInt64($0) }
        seedCount = environment["BOOKSTORE_SEED_COUNT"].flatMap { UInt64($0) } ?? 2_000
        isReplicated = environment["BOOKSTORE_REPLICAS"].map { $0 != "0" }
    }
}

/// Hands out the seeds 1 … `count`, each once.
private final class Seeds: Sendable {
    let count: UInt64
    private let last = Atomic<UInt64>(0)

    init(count: UInt64) { self.count = count }

    func next() -> UInt64? {
        let seed = last.wrappingAdd(1, ordering: .relaxed).newValue
        return seed <= count ? seed : nil
    }
}

/// A seed that broke a promise, with what a reader needs to look into it.
private struct SeedFailed: Error, CustomStringConvertible {
    let report: String
    var description: String { report }
}

/// The purchase protocol under the faults of a seeded scheduler.
@Suite struct SimulationTests {
    private static let progressSeedCount: UInt64 = 1_000
    /// Of so many seeds of the plain store, one is run with two servers of each tier as well.
    private static let replicatedPart: UInt64 = 4

    @Test(arguments: [false, true]) func everyPromiseHolds(isReplicated: Bool) async throws {
        let settings = Settings()
        guard settings.isReplicated ?? isReplicated == isReplicated else { return }
        if let seed = settings.seed {
            let run = try SimulationRun.withFolder {
                try SimulationRun(seed: seed, folder: $0, isReplicated: isReplicated)
            }
            print(run.trace.joined(separator: "\n"))
            #expect(run.faults.isEmpty)
            return
        }
        // Each run has one thread, so one runs on each processor.
        let part = isReplicated && settings.isReplicated == nil ? Self.replicatedPart : 1
        let seeds = Seeds(count: settings.seedCount / part)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<ProcessInfo.processInfo.activeProcessorCount {
                group.addTask { try Self.run(seeds, isReplicated: isReplicated) }
            }
            try await group.waitForAll()
        }
        sayProof("simulation\(isReplicated ? " of replicas" : ""): \(seeds.count) seeds, 0 findings")
    }

    private static func run(_ seeds: Seeds, isReplicated: Bool) throws {
        try SimulationRun.withFolder { folder in
            while let seed = seeds.next() {
                if seed % Self.progressSeedCount == 0 {
                    sayProof("at seed \(seed) of \(seeds.count)")
                }
                let run = try SimulationRun(seed: seed, folder: folder, isReplicated: isReplicated)
                guard run.faults.isEmpty else { throw SeedFailed(report: run.report) }
            }
        }
    }

    @Test(arguments: [false, true]) func aSeedRepeatsExactly(isReplicated: Bool) throws {
        for seed: UInt64 in [3, 1_234_567] {
            let traces = try (0..<2).map { _ in
                try SimulationRun.withFolder {
                    try SimulationRun(seed: seed, folder: $0, isReplicated: isReplicated).trace
                }
            }
            #expect(traces[0].count > 100)
            #expect(traces[0] == traces[1])
        }
    }
}
