internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import Storefront

/// What a web shop is told: its public address, and who may sit at the storekeeper's desk.
struct ShopOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where the world reaches the shop, such as https://books.example: for canonical addresses and the sitemap. Without it the address that each request names.",
            valueName: "url"))
    var publicURL: String?

    @Option(
        help: ArgumentHelp(
            "A file with the first owner's password hashed, made by 'bookstore desk-password'; or set BOOKSTORE_DESK_PASSWORD. The account 'owner' is made of it where the store has no keepers yet.",
            valueName: "file"), completion: .file())
    var deskPasswordFile: String?

    @Option(help: ArgumentHelp("The shop's name on its pages and receipts.", valueName: "name"))
    var shopName: String?
    @Option(
        help: ArgumentHelp(
            "The shop's address on its pages and receipts, such as '1 Main Street; Springfield'.",
            valueName: "lines"))
    var shopAddress: String?
    @Option(
        help: ArgumentHelp(
            "The currency of all prices by its code, such as EUR; prices are not converted. (default: USD)",
            valueName: "code"))
    var shopCurrency: String?
    @Option(
        help: ArgumentHelp(
            "The time zone of the shop's days and times, such as Europe/Berlin. (default: UTC)",
            valueName: "zone"))
    var shopZone: String?
    @Option(
        help: ArgumentHelp(
            "A tax that every price includes, shown on receipts, such as 'VAT 7'.", valueName: "name-percent")
    )
    var shopTax: String?
    @Option(
        help: ArgumentHelp(
            "The language tag by whose rules prices are written, such as de-DE. (default: en)",
            valueName: "tag"))
    var shopLanguage: String?

    /// The settings that these options give.
    var values: [Setting: String?] {
        [
            .publicURL: publicURL, .deskPasswordFile: deskPasswordFile, .shopName: shopName,
            .shopAddress: shopAddress, .shopCurrency: shopCurrency, .shopZone: shopZone, .shopTax: shopTax,
            .shopLanguage: shopLanguage,
        ]
    }
}

extension Settings {
    /// Where the world reaches the shop; nil where nothing says so.
    ///
    /// - Throws: ``fault(_:_:)``
    func publicURL() throws -> PublicURL? {
        guard !text(.publicURL).isEmpty else { return nil }
        if let url = PublicURL(parsing: text(.publicURL)) { return url }
        throw fault(.publicURL, "is no address such as https://books.example, without a path")
    }

    /// What the shop is told of itself.
    ///
    /// - Throws: ``fault(_:_:)``
    func shopSettings() throws -> GivenSettings {
        var given: [ShopSetting: GivenSettings.Value] = [:]
        for shop in ShopSetting.allCases where isGiven(shop.setting) {
            let text = text(shop.setting)
            if let fault = shop.fault(in: text) { throw self.fault(shop.setting, fault) }
            given[shop] = GivenSettings.Value(shop.kept(text), source: origin(of: shop.setting))
        }
        return GivenSettings(given)
    }
}
