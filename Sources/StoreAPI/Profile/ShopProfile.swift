package import Model

/// What a shop says of itself: its name and address, its money, its clocks and its language.
package struct ShopProfile: Sendable {
    package let name: String
    /// The lines of its address; none where it has none to show.
    package let address: [String]
    package let currency: ShopCurrency
    package let zone: ShopZone
    /// The tax that prices include; nil for none to show.
    package let tax: ShopTax?
    /// The tag (BCP 47) of the language of its pages' numbers, and of what its keepers write.
    package let language: String

    /// - Parameter values: what was said. The default holds for what was not said, and for what cannot hold here, such as
    ///   a time zone that this machine does not know.
    package init(_ values: [ShopSetting: String] = [:]) {
        let value = { (setting: ShopSetting) in
            values[setting].flatMap { setting.fault(in: $0) == nil ? setting.kept($0) : nil }
                ?? setting.defaultValue
        }
        name = value(.name)
        address = ShopSetting.lines(value(.address))
        currency = ShopCurrency(value(.currency)) ?? .dollars
        zone = ShopZone(value(.zone)) ?? .utc
        tax = ShopTax(value(.tax))
        language = value(.language)
    }

    /// Whether a text can be the tag of a language, by its form (BCP 47).
    package static func isLanguage(_ tag: String) -> Bool {
        let parts = tag.split(separator: "-", omittingEmptySubsequences: false)
        return parts.first.map { (2...3).contains($0.count) } == true
            && parts.allSatisfy { part in
                (2...8).contains(part.count)
                    && part.utf8.allSatisfy {
                        $0 < 0x80 && Character(UnicodeScalar($0)).isLetter || (0x30...0x39).contains($0)
                    }
            }
    }
}
