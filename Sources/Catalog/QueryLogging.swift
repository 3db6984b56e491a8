internal import Storage

/// How many `query_…` lines the catalog log gets.
package enum QueryLogging: String, CaseIterable, Sendable {
    /// One for each query.
    case all
    /// One for every hundredth.
    case sampled
    /// None.
    case off

    static let sampledOneIn = 100
}
