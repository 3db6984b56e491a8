internal import Model
internal import TierHTTP

/// One setting: its key in a settings file, from which its flag and its environment variable follow.
struct Setting: Sendable {
    /// `data`, or `log.level` for a key inside an object.
    let key: String
    let defaultValue: String
    let meaning: String
    /// A secret is shown nowhere, and taken from no command line, which others can see.
    var isSecret = false
    /// Whether the commands to which it matters take it as an option.
    var isOption = true

    var flag: String { "--" + key.replacing(".", with: "-") }
    var variable: String { "BOOKSTORE_" + key.uppercased().replacing(".", with: "_") }
    var path: [String] { key.split(separator: ".").map(String.init) }

    static let config = Setting(
        key: "config", defaultValue: "config", meaning: "the file that says where every server listens")
    static let output = Setting(key: "output", defaultValue: "output", meaning: "the folder of the logs")
    static let data = Setting(key: "data", defaultValue: "data", meaning: "the folder of the databases")
    static let store = Setting(
        key: "store", defaultValue: "",
        meaning:
            "the PostgreSQL database that the store is in, as a URL; without one SQLite in the data folder")
    static let books = Setting(
        key: "books", defaultValue: "",
        meaning:
            "a file of first books, as init lines; 'none' for an empty shop; the four default books without one"
    )
    /// The value of `books` that opens an empty shop; a file of this name is `./none`.
    static let noBooks = "none"
    static let index = Setting(
        key: "index", defaultValue: "0", meaning: "which of several lines of its type a tier is, from 0")
    static let bind = Setting(
        key: "bind", defaultValue: "",
        meaning: "the address to listen on instead of the one in the config file")
    static let logLevel = Setting(
        key: "log.level", defaultValue: "info",
        meaning: "the servers' logs: trace, debug (every request), info, notice, warning or error")
    static let logFormat = Setting(
        key: "log.format", defaultValue: "text", meaning: "the servers' logs: text or json")
    static let logQueries = Setting(
        key: "log.queries", defaultValue: "all",
        meaning: "query lines in catalog_log: all, sampled (one in a hundred) or off")

    static let keyHours = Setting(
        key: "key.hours", defaultValue: "168",
        meaning:
            "how long a refused purchase is remembered by its key, in hours, 24 or more; sold ones are remembered for ever"
    )

    static let lowStock = Setting(
        key: "low.stock", defaultValue: "3",
        meaning: "a book with so many copies or fewer is low; events tell when one becomes so")

    static let privateWebhooks = Setting(
        key: "private.webhooks", defaultValue: PrivateWebhooks.refused.rawValue,
        meaning:
            "whether webhooks may lead to this machine and its networks, not only to the Internet: refused or allowed"
    )

    static let loops = Setting(
        key: "loops", defaultValue: "0",
        meaning: "event loops of a server, which serve side by side; 0 for one for every two processor cores",
        isOption: false)

    static let token = Setting(
        key: "token", defaultValue: "",
        meaning: "what a request must show that changes or lists things, the same for every server",
        isSecret: true)
    static let tokenFile = Setting(
        key: "token.file", defaultValue: "",
        meaning: "a file with the token in it, instead of the token itself")

    static let publicURL = Setting(
        key: "public.url", defaultValue: "",
        meaning:
            "where the world reaches the shop, such as https://books.example; what requests say without it")
    static let deskPassword = Setting(
        key: "desk.password", defaultValue: "",
        meaning:
            "the password of the keeper 'owner', who is made of it where the store has no keepers yet, 8 … 256 bytes",
        isSecret: true)
    static let deskPasswordFile = Setting(
        key: "desk.password.file", defaultValue: "",
        meaning: "a file with that password hashed, as 'bookstore desk-password' writes it")

    static let shopName = Setting(
        key: "shop.name", defaultValue: ShopSetting.name.defaultValue,
        meaning: "the shop's name on its pages and receipts")
    static let shopAddress = Setting(
        key: "shop.address", defaultValue: ShopSetting.address.defaultValue,
        meaning: "the shop's address on its pages and receipts, its lines parted by semicolons")
    static let shopCurrency = Setting(
        key: "shop.currency", defaultValue: ShopSetting.currency.defaultValue,
        meaning: "the currency of all prices, by its code of ISO 4217; prices themselves are not converted")
    static let shopZone = Setting(
        key: "shop.zone", defaultValue: ShopSetting.zone.defaultValue,
        meaning: "the time zone in which the shop's days begin and its times are shown, such as Europe/Berlin"
    )
    static let shopTax = Setting(
        key: "shop.tax", defaultValue: ShopSetting.tax.defaultValue,
        meaning:
            "a tax that every price includes, shown on receipts: its name and percentage, such as 'VAT 7'")
    static let shopLanguage = Setting(
        key: "shop.language", defaultValue: ShopSetting.language.defaultValue,
        meaning: "the language tag (BCP 47) by whose rules prices are written, and of what keepers write")

    /// What only a web shop needs.
    static let ofShop = Set(
        [publicURL, deskPassword, deskPasswordFile] + ShopSetting.allCases.map(\.setting))

    static let all = [
        config, output, data, store, books, index, bind, logLevel, logFormat, logQueries, keyHours, lowStock,
        privateWebhooks,
        loops,
        token,
        tokenFile, publicURL, deskPassword, deskPasswordFile, shopName, shopAddress, shopCurrency, shopZone,
        shopTax, shopLanguage,
    ]
}

extension ShopSetting {
    /// The setting that gives it.
    var setting: Setting {
        switch self {
        case .name: .shopName
        case .address: .shopAddress
        case .currency: .shopCurrency
        case .zone: .shopZone
        case .tax: .shopTax
        case .language: .shopLanguage
        }
    }
}

extension Setting: Hashable {
    static func == (left: Setting, right: Setting) -> Bool { left.key == right.key }
    func hash(into hasher: inout Hasher) { hasher.combine(key) }
}
