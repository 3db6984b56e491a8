internal import ArgumentParser
internal import Model
internal import StoreAPI
internal import StoreClient

/// Changes given as `item=value`.
enum Pairs {
    static func split(
        _ pairs: [String], _ value: String
    ) throws -> [(pair: String, item: ItemNumber, value: String)] {
        guard pairs.count <= KeeperRequest.updateCountMax else {
            throw ValidationError(
                "\(pairs.count) changes are more than the \(KeeperRequest.updateCountMax) that are made together"
            )
        }
        return try pairs.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw ValidationError("\(ShownText.quoted(pair)) is not item=\(value), such as 1=5")
            }
            let item = try ArgumentCheck.item(String(parts[0]), "\(ShownText.quoted(pair)):")
            return (pair, item, String(parts[1]))
        }
    }

    static func send(
        _ updates: [KeeperUpdate], _ change: ChangeOptions, _ keeper: KeeperOptions
    ) async throws {
        let key = try change.keyOrNew()
        try await KeeperConnection.open(keeper) { store in
            let answer = try await store.updates(
                updates, actor: change.actorOrUser, reason: change.reason, key: key)
            guard !keeper.json else { return Output.line(answer.text) }
            Output.lines(BookDetails.table.lines(answer.result.map(\.cells)))
        }
    }
}
