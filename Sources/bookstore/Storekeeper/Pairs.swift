internal import ArgumentParser
internal import Model

/// Changes given as `item=value`.
enum Pairs {
    static func split(
        _ pairs: [String], _ value: String
    ) throws -> [(pair: String, item: String, value: String)] {
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
            return (pair, item.description, String(parts[1]))
        }
    }

    static func send(
        _ updates: [[String: Any]], _ change: ChangeOptions, _ keeper: KeeperOptions
    ) async throws {
        var members = change.members
        members["updates"] = updates
        try await KeeperConnection.open(keeper) { [members] store in
            let answer = try await store.post("/updates", members, change)
            let books = try answer.decoded(as: KeeperResult<[BookRow]>.self).result
            guard !keeper.json else { return Output.line(answer.text) }
            Output.lines(BookRow.table.lines(books.map(\.cells)))
        }
    }
}
