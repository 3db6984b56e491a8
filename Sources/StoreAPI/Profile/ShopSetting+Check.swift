package import Model

// What a setting of the shop may be, whoever says it: a flag, a file, or a keeper.
extension ShopSetting {
    /// The longest name, in UTF-8 bytes.
    private static let nameByteCountMax = 80
    /// The longest line of an address, in UTF-8 bytes, and the most lines.
    private static let addressByteCountMax = 300
    private static let addressLineCountMax = 8
    /// The longest value that can be right, in UTF-8 bytes.
    package static let byteCountMax = addressLineCountMax * (addressByteCountMax + 2)

    /// Why a text cannot be the setting's value, with what can; nil where it can.
    package func fault(in text: String) -> String? {
        switch self {
        case .name: return ShopText.fault(in: text, byteCountMax: Self.nameByteCountMax)
        case .address:
            let lines = Self.lines(text)
            guard lines.count <= Self.addressLineCountMax else {
                return "has more than \(Self.addressLineCountMax) lines, parted by semicolons"
            }
            return lines.lazy.compactMap {
                ShopText.fault(in: $0, byteCountMax: Self.addressByteCountMax)
            }.first
        case .currency:
            return ShopCurrency(text) == nil ? "is no code of a currency such as USD or EUR" : nil
        case .zone: return ShopZone(text) == nil ? "is no time zone such as UTC or Europe/Berlin" : nil
        case .tax:
            return text.isEmpty || ShopTax(text) != nil
                ? nil : "is no name with a percentage such as 'VAT 7'"
        case .language:
            return ShopProfile.isLanguage(text) ? nil : "is no language tag such as en, de or pt-BR"
        }
    }

    /// A value as it is kept.
    package func kept(_ text: String) -> String {
        self == .address ? Self.lines(text).joined(separator: "; ") : ShopText.kept(text)
    }

    /// The lines of an address, which semicolons part.
    static func lines(_ address: String) -> [String] {
        address.split(separator: ";").map { ShopText.kept(String($0)) }.filter { !$0.isEmpty }
    }
}
