internal import ArgumentParser
internal import Model
internal import StoreClient

/// `bookstore orders`
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Completed purchases, newest first.")

    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    func run() async throws {
        try await KeeperConnection.open(keeper) { store in
            page.show(try await store.orders(limit: page.limit, after: page.after), isJSON: keeper.json)
        }
    }
}
