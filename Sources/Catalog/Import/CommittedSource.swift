internal import Model

/// The store as it is committed.
struct CommittedSource: ImportSource {
    let store: any CatalogStoring

    func details(of items: [ItemNumber]) throws -> [BookDetails] { try store.details(of: items) }
    func items(isbns: [String]) throws -> [(isbn: String, item: ItemNumber)] { try store.items(isbns: isbns) }
}
