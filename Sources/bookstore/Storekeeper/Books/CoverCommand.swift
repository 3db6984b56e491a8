internal import ArgumentParser
internal import Foundation
internal import Model
internal import StoreClient

/// `bookstore books cover`
struct CoverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cover", abstract: "Give a book a cover.",
        discussion: """
            The file is a PNG, JPEG or WebP image of at most \(CoverImage.byteCountMax >> 20) MB.
            Lists of books show it as it is: make a photograph as small as a cover first, such as 480 × 696 pixels.
            Example: bookstore books cover 7 war-and-peace.jpg
            Away again: bookstore books edit 7 --remove cover
            """)

    @Argument(help: "The book's item number.") var item: String
    @Argument(help: "The image.", completion: .file()) var file: String
    @OptionGroup var change: ChangeOptions
    @OptionGroup var keeper: KeeperOptions

    func validate() throws { _ = try ArgumentCheck.item(item) }

    func run() async throws {
        let item = try ArgumentCheck.item(item)
        let image = try image()
        let key = try change.keyOrNew()
        try await KeeperConnection.open(keeper) { store in
            let answer = try await store.giveCover(
                image, to: item, actor: change.actorOrUser, reason: change.reason, key: key)
            BooksCommand.Show.show(answer, isJSON: keeper.json)
        }
    }

    private func image() throws -> CoverImage {
        guard let data = FileManager.default.contents(atPath: file) else {
            throw FileFault(path: file, reason: "cannot be read")
        }
        do throws(LineFault) {
            return try CoverImage(checking: Array(data))
        } catch {
            throw FileFault(path: file, reason: error.reason)
        }
    }
}
