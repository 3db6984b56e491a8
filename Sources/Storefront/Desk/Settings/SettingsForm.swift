internal import Model
internal import StoreAPI

/// The form of the shop's settings, as it was typed, with what its keeper saw. Only what the keeper changed is sent.
struct SettingsForm: Sendable {
    /// Why fields cannot be used, in words.
    struct Faults: Error, Sendable {
        var bySetting: [ShopSetting: String] = [:]
    }

    private(set) var values: [ShopSetting: String] = [:]
    private(set) var seen: [ShopSetting: String] = [:]

    /// The form of what the store keeps.
    init(_ kept: [KeptSetting]) {
        for kept in kept { values[kept.setting] = Self.shown(kept.value, of: kept.setting) }
        seen = values
    }

    /// Reads the fields that a keeper can change: those that nobody gave.
    init(_ form: Form, given: GivenSettings) throws {
        for setting in ShopSetting.allCases where given[setting] == nil {
            values[setting] = (try form[setting.rawValue] ?? "").trimmingBlanks()
            seen[setting] = (try form["seen-\(setting.rawValue)"] ?? "").trimmingBlanks()
        }
    }

    subscript(_ setting: ShopSetting) -> String { values[setting] ?? "" }

    /// What the keeper changed; an empty field is kept no longer.
    func change(by actor: String) -> Result<SettingsChange, Faults> {
        var faults = Faults()
        var changed: [ShopSetting: String?] = [:]
        for (setting, typed) in values {
            let value = Self.kept(typed, of: setting)
            guard value != Self.kept(seen[setting] ?? "", of: setting) else { continue }
            changed.updateValue(value.isEmpty ? nil : value, forKey: setting)
            if !value.isEmpty, let fault = setting.fault(in: value) {
                faults.bySetting[setting] = "“\(Wording.clipped(typed, lengthMax: 60))” \(fault)."
            }
        }
        return faults.bySetting.isEmpty
            ? .success(SettingsChange(changed, actor: actor)) : .failure(faults)
    }

    /// An address is typed line by line, and kept with its lines parted by semicolons.
    private static func kept(_ typed: String, of setting: ShopSetting) -> String {
        setting.kept(
            setting == .address
                ? typed.split(whereSeparator: \.isNewline).joined(separator: ";") : typed)
    }

    static func shown(_ value: String, of setting: ShopSetting) -> String {
        setting == .address ? value.replacing("; ", with: "\n") : value
    }
}
