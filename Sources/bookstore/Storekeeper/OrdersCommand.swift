internal import ArgumentParser
internal import Model

/// `bookstore orders`
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders", abstract: "Completed purchases, newest first.")

    @OptionGroup var page: PageOptions
    @OptionGroup var keeper: KeeperOptions

    func run() async throws {
        try await KeeperConnection.open(keeper) { store in
            let answer = try await store.get("/orders", page.parameters)
            try page.show(answer, OrderRow.self, OrderRow.table, isJSON: keeper.json) { $0.cells }
        }
    }
}
