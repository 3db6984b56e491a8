internal import ArgumentParser
internal import Model
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
            "A file with the desk's password hashed, made by 'bookstore desk-password'; or set BOOKSTORE_DESK_PASSWORD. Without either there is no desk.",
            valueName: "file"), completion: .file())
    var deskPasswordFile: String?

    /// The settings that these options give.
    var values: [Setting: String?] {
        [.publicURL: publicURL, .deskPasswordFile: deskPasswordFile]
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
}
