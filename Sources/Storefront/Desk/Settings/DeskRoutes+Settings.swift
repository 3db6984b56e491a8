internal import Hummingbird
internal import Model
internal import StoreAPI
internal import StoreClient

// What the shop says of itself.
extension DeskRoutes {
    private static let settingsPath = "/desk/settings"

    func settings(
        _ request: Request, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        let kept = try await store.settings(trace: context.trace)
        let view = SettingsView(
            frame: desk.frame("Settings", session, at: Self.settingsPath),
            done: DeskNotice(try request.parameter("done")).words, form: SettingsForm(kept), kept: kept,
            given: shop.given)
        return try desk.answer(view, "desk-settings")
    }

    /// Changes what the keeper changed. A form with faults is shown again as it was filled in.
    func keepSettings(
        _ form: Form, _ context: ShopContext, _ session: DeskSession
    ) async throws -> Response {
        let filled = try SettingsForm(form, given: shop.given)
        let change: SettingsChange
        switch filled.change(by: session.keeper) {
        case .success(let checked): change = checked
        case .failure(let faults):
            let kept = try await store.settings(trace: context.trace)
            let view = SettingsView(
                frame: desk.frame("Settings", session, at: Self.settingsPath),
                note: "Nothing was changed, and what you typed is still here.", form: filled, faults: faults,
                kept: kept, given: shop.given)
            return try desk.answer(view, "desk-settings", status: .badRequest)
        }
        guard !change.values.isEmpty else {
            return .redirect(to: "\(Self.settingsPath)?done=\(DeskNotice.empty.code)")
        }
        let kept = try await store.keep(change, trace: context.trace)
        shop.show(Dictionary(uniqueKeysWithValues: kept.map { ($0.setting, $0.value) }))
        return .redirect(to: "\(Self.settingsPath)?done=\(DeskNotice.settings.code)")
    }
}
