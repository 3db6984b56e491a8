internal import Model
internal import NIOHTTP1
internal import TierHTTP

// What the store keeps of the shop's settings.
extension Endpoint {
    static let setting = [shopProfile, settings, newSettings]

    /// `/shop`.
    package static let shopProfile = Endpoint(
        "shop", lane: .reads,
        RouteDoc(
            summary:
                "What the store keeps of the shop's settings. A setting without a value here is what the shop was started with, or its default.",
            success: .shopProfileResult))

    package static let settings = Endpoint(
        "settings", right: .read, lane: .reads,
        RouteDoc(
            summary: "The same, with when and by whom each was set.", success: .settingsResult,
            refusals: [400, 403]))

    /// `/settings`, where a storekeeper changes them.
    package static let newSettings = Endpoint(
        "settings", [.POST], right: .settings, lane: .changes,
        RouteDoc(
            summary:
                "Changes what the store keeps of the shop's settings: what is given; `null` removes a value. All or nothing.",
            body: .json(.newSettings), success: .settingsResult, refusals: [400, 403, 413],
            example: .init(body: #"{"address": "1 Main Street; Springfield", "actor": "ann"}"#)))
}
