internal import ArgumentParser
internal import Catalog

/// Who may sit at the storekeeper's desk of a web shop.
struct DeskOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with the desk's password hashed, made by 'bookstore desk-password'; or set BOOKSTORE_DESK_PASSWORD. Without either there is no desk.",
            valueName: "file"), completion: .file())
    var deskPasswordFile: String?
}
