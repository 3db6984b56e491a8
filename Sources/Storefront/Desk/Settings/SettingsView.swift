internal import Model
internal import StoreAPI

/// The page of ``SettingsForm``.
struct SettingsView {
    struct Field {
        let name: String
        let label: String
        let value: String
        let seen: String
        let hint: String
        /// Where the value comes from.
        let source: String
        let fault: String?
        let isLong: Bool
        /// Whether it cannot be changed here: it was given where the shop was started, or the keeper may not.
        let isFixed: Bool
        let isFocused: Bool
    }

    let frame: Pages.Frame
    let done: String?
    let note: String?
    let fields: [Field]
    let maySave: Bool

    init(
        frame: Pages.Frame, done: String? = nil, note: String? = nil, form: SettingsForm,
        faults: SettingsForm.Faults = SettingsForm.Faults(), kept: [KeptSetting], given: GivenSettings
    ) {
        self.frame = frame
        self.done = done
        self.note = note
        let wrong = ShopSetting.allCases.first { faults.bySetting[$0] != nil }
        fields = ShopSetting.allCases.map { setting in
            let fixed = given[setting]
            let own = kept.first { $0.setting == setting }
            return Field(
                name: setting.rawValue, label: setting.label,
                value: fixed.map { SettingsForm.shown($0.text, of: setting) } ?? form[setting],
                seen: form.seen[setting] ?? "", hint: setting.hint,
                source: fixed.map(Self.source) ?? own.map(Self.source) ?? Self.source(default: setting),
                fault: faults.bySetting[setting], isLong: setting == .address,
                isFixed: fixed != nil || !frame.maySet,
                isFocused: setting == wrong)
        }
        maySave = !fields.allSatisfy(\.isFixed)
    }

    private static func source(_ given: GivenSettings.Value) -> String {
        "Fixed by the shop's \(given.source), and changed only there."
    }

    private static func source(_ kept: KeptSetting) -> String {
        let who = kept.actor.map { " by \(Wording.isolated($0))" } ?? ""
        return "Kept by the store, set \(ShopProfile.current.zone.words(kept.time))\(who)."
    }

    private static func source(default setting: ShopSetting) -> String {
        setting.defaultValue.isEmpty ? "Nobody has set it." : "The default, “\(setting.defaultValue)”."
    }
}

extension ShopSetting {
    fileprivate var label: String {
        switch self {
        case .name: "Name"
        case .address: "Address"
        case .currency: "Currency"
        case .zone: "Time zone"
        case .tax: "Tax"
        case .language: "Language"
        }
    }

    fileprivate var hint: String {
        switch self {
        case .name: "On every page and receipt."
        case .address: "On every page and receipt, line by line."
        case .currency: "Its code, such as USD or EUR. Prices are written in it, not converted."
        case .zone: "Such as Europe/Berlin. Days begin, and times are shown, by its clocks."
        case .tax: "Its name and percentage, such as VAT 7. It is part of every price and shown on receipts."
        case .language: "A tag such as en or de-DE, by whose rules prices are written."
        }
    }
}
