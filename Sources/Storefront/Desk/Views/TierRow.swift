internal import Foundation
internal import Model
internal import StoreAPI

/// A server in the list of servers.
struct TierRow: Encodable {
    let tier: String
    let words: String
    let tone: String
    let millis: String

    /// The rows of all servers. Where a tier has several, each is named by its address, too.
    static func rows(of all: [TierHealth]) -> [TierRow] {
        all.map { health in
            TierRow(health, isOneOfSeveral: all.count { $0.tier == health.tier } > 1)
        }
    }

    private init(_ health: TierHealth, isOneOfSeveral: Bool) {
        tier = isOneOfSeveral ? "\(health.tier) \(health.server ?? "")" : health.tier
        words = health.ready ? "Up" : "Down"
        tone = health.ready ? "good" : "low"
        let figure = health.millis.map { $0.formatted(.number.precision(.fractionLength(2))) + " ms" }
        millis = health.ready ? figure ?? "" : health.detail
    }
}
