/// The resources that the load generator used.
package struct GeneratorFacts: Codable, Equatable, Sendable {
    /// Event loops that sent requests.
    package let threads: Int
    /// Processor time of these loops as a share of one core, over all measurements.
    package let cpuShare: Double
    /// The same for the busiest loop in its busiest measurement. Near 1, the figures measure the generator,
    /// not the store.
    package let busiestShare: Double

    /// From this share on, the generator may limit the figures.
    package static let suspectShare = 0.85
    /// Whether the generator may have been the bottleneck.
    package var isBottleneck: Bool { busiestShare >= Self.suspectShare }
}
