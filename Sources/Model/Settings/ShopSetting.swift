/// What a shop says of itself, by the names of its settings.
package enum ShopSetting: String, CaseIterable, Sendable {
    case name, address, currency, zone, tax, language

    /// What holds where nobody says anything.
    package var defaultValue: String {
        switch self {
        case .name: "My Book Store"
        case .currency: "USD"
        case .zone: "UTC"
        case .language: "en"
        case .address, .tax: ""
        }
    }
}
