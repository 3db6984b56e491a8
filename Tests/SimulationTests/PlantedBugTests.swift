import Foundation
import Model
import TestSupport
import Testing

/// Tests the checks: each bug is planted in the store's own code, and must be found.
@Suite struct PlantedBugTests {
    /// The number of seeds within which every bug must show; the rarest needs a tenth of them.
    private static let seedCountMax: UInt64 = 1_000

    /// Bugs that only show where there are several of a tier.
    private static let ofReplicas: Set<PlantedBug> = [
        .trustsMemory, .readsOnWhenCutOff, .showsOutOfOrder, .leavesSalesToSellers, .takesLostCommitForUndone,
        .retriesWithNewKey,
    ]

    /// Webhooks, which no simulation has: `WebhookDeliveryTests` plants their bug.
    private static let ofWebhooks: Set<PlantedBug> = [.notesBeforeTelling]

    @Test(arguments: PlantedBug.allCases.filter { !ofWebhooks.contains($0) }) func isCaught(bug: PlantedBug)
        throws
    {
        let found = try SimulationRun.withFolder { folder in
            try PlantedBug.$planted.withValue(bug) { () -> SimulationRun? in
                for seed in 1...Self.seedCountMax {
                    let run = try SimulationRun(
                        seed: seed, folder: folder, isReplicated: Self.ofReplicas.contains(bug))
                    if !run.faults.isEmpty { return run }
                }
                return nil
            }
        }
        let run = try #require(found, "\(bug) was not caught by \(Self.seedCountMax) seeds")
        sayProof(
            "planted bug | \(bug) | \(run.seed) | \(run.faults.joined(separator: " // ").prefix(300))")
    }

    @Test func noneIsPlanted() {
        #expect(PlantedBug.allCases.allSatisfy { !PlantedBug.isOn($0) })
    }
}
