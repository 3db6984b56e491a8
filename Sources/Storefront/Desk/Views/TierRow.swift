internal import Foundation
internal import Model
internal import StoreAPI

/// A server in the list of servers.
struct TierRow: Encodable {
    let tier: String
    let words: String
    let tone: String
    let millis: String

    init(_ health: TierHealth) {
        tier = health.tier
        words = health.ready ? "Up" : "Down"
        tone = health.ready ? "good" : "low"
        let figure = health.millis.map { $0.formatted(.number.precision(.fractionLength(2))) + " ms" }
        millis = health.ready ? figure ?? "" : health.detail
    }
}
