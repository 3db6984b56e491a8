import Model
import Storage
import Testing

@testable import Catalog

let warAndPeaceISBN = "9780140449136"
let warAndPeaceFacts = BookFacts([
    .isbn: warAndPeaceISBN, .authors: "Leo Tolstoy; Aylmer Maude",
    .description: "A \"novel\",\nin two lines.",
])

/// What comes of a storekeeper's request.
func request(
    _ work: KeeperRequest.Work, _ store: ShelvedStore, actor: String? = nil, reason: String? = nil,
    key: String? = nil
) throws -> Result<[BookDetails], StoreError> {
    let request = KeeperRequest(
        work, actor: actor, reason: reason, key: key.map { IdempotencyKey(trusted: $0) })
    let outcome = try #require(try store.commitUnlogged([.keeper(request)]).results.first)
    return outcome.map(\.books)
}

/// The work of an edit.
func edit(
    _ item: ItemNumber = first.item, title: String? = nil, topic: String? = nil,
    facts: [BookFact: String?] = [:], version: Int64? = nil
) -> KeeperRequest.Work {
    .edit(BookEdit(item: item, title: title, topic: topic, facts: facts), expectedVersion: version)
}
