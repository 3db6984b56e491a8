package import Model
package import StoreAPI

/// What a shop says of itself: its name and address, its money, its clocks and its language.
package struct ShopProfile: Sendable {
    /// The longest name, in UTF-8 bytes.
    package static let nameByteCountMax = 80
    /// The longest address, in UTF-8 bytes.
    package static let addressByteCountMax = 300

    package let name: String
    /// The lines of its address; none where it has none to show.
    package let address: [String]
    package let currency: ShopCurrency
    package let zone: ShopZone
    /// The tax that prices include; nil for none to show.
    package let tax: ShopTax?
    /// The tag (BCP 47) of the language of its pages' numbers, and of what its keepers write.
    package let language: String

    package init(
        name: String = "My Book Store", address: [String] = [], currency: ShopCurrency = .dollars,
        zone: ShopZone = .utc, tax: ShopTax? = nil, language: String = ShopCurrency.plainLanguage
    ) {
        self.name = name
        self.address = address
        self.currency = currency
        self.zone = zone
        self.tax = tax
        self.language = language
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

    /// That of the shop whose page is being made.
    @TaskLocal static var current = ShopProfile()
}
