internal import Model
internal import StoreAPI

/// One search at work: which books match, in which order, and which part of them is wanted.
///
/// What the words match comes from the index; topic, price and stock from the shelf, copies sold from the store: each
/// from where it is true at this moment.
struct BookSelection {
    /// Of more books that match, so many of those that may fit best are ranked; the others follow by number.
    static let rankedCountMax = 1_000
    /// So many are sorted by their titles; of more, the titles of all books are gone through.
    private static let titlesReadCountMax = 20_000
    /// Books that are looked at on the shelf while lookups wait: some 20 microseconds.
    private static let lookedAtOnceMax = 256

    /// The books that match, by number, and those of them that fit best, in their order.
    private struct Matches {
        var items: [ItemNumber]
        var best: [ItemNumber] = []
    }

    private struct GivenUp: Error {}

    private let query: FindQuery
    private let shelf: SharedShelf
    private let catalog: any CatalogStoring
    private let isWanted: () -> Bool

    /// - Parameter isWanted: asked again and again; the search is given up where it says no.
    init(
        _ query: FindQuery, shelf: SharedShelf, catalog: any CatalogStoring,
        while isWanted: @escaping () -> Bool
    ) {
        self.query = query
        self.shelf = shelf
        self.catalog = catalog
        self.isWanted = isWanted
    }

    /// The wanted part; nil for a search that was given up.
    func found(in index: FindIndex) throws -> FoundBooks? {
        do {
            return try index.search(while: isWanted) { search in
                try part(of: query.words.map { try matches(of: $0, in: search) } ?? all, in: search)
            }
        } catch is GivenUp {
            return nil
        }
    }

    /// The same where the index is not needed.
    func foundOnShelf() throws -> FoundBooks? {
        do { return try part(of: all, in: nil) } catch is GivenUp { return nil }
    }

    // MARK: Matching

    private var all: Matches {
        get throws { Matches(items: try kept(shelf.items(topic: query.filter.topic))) }
    }

    /// The books of a list that are on the shelf as the filter wants them.
    private func kept(_ items: [ItemNumber]) throws -> [ItemNumber] {
        let filter = query.filter
        guard filter.isOfState || query.words != nil && filter.topic != nil else { return items }
        var kept: [ItemNumber] = []
        try forEachBook(items) { if filter.passes($0) { kept.append($0.item) } }
        return kept
    }

    private func matches(of words: FindWords, in search: FindSearch) throws -> Matches {
        let typed = try matches(of: words, variants: [], in: search)
        // An error is looked for only where no book has the words as they were typed.
        guard !typed.isAsTyped else { return typed.matches }
        let variants = try search.variants(of: words)
        return variants.isEmpty
            ? typed.matches : try matches(of: words, variants: variants, in: search).matches
    }

    private func matches(
        of words: FindWords, variants: [[String]], in search: FindSearch
    ) throws -> (matches: Matches, isAsTyped: Bool) {
        let candidates = try search.candidates(for: words, variants: variants)
        let items = try kept(candidates.items)
        if candidates.isSure, items.count > Self.rankedCountMax {
            let leading = try search.leading(among: items, for: words, countMax: Self.rankedCountMax)
            let ranked = try search.ranked(leading, for: words, variants: variants)
            return (Matches(items: items, best: ranked.map(\.item)), ranked.first?.rank.isAsTyped == true)
        }
        let ranked = try search.ranked(items, for: words, variants: variants)
        let best = ranked.map(\.item)
        return (Matches(items: best.sorted(), best: best), ranked.first?.rank.isAsTyped == true)
    }

    // MARK: Order

    private func part(of matches: Matches, in search: FindSearch?) throws -> FoundBooks {
        switch query.order {
        case .numbers(let after):
            return cut(matches.items, at: matches.items.partitioningIndex { $0.value > after }, of: matches)
        case .sorted(let order, let page):
            let place = (page - 1) * query.limit
            guard place < matches.items.count else { return cut([], at: 0, of: matches) }
            let items = try sorted(matches, by: order, through: place + query.limit, in: search)
            return cut(items, at: place, of: matches)
        }
    }

    private func cut(_ items: [ItemNumber], at place: Int, of matches: Matches) -> FoundBooks {
        let part = items[place...].prefix(query.limit)
        let end = place + part.count
        return FoundBooks(
            items: Array(part), count: matches.items.count,
            hasMore: !part.isEmpty && end < matches.items.count)
    }

    /// The first `count` matches in an order, or more.
    private func sorted(
        _ matches: Matches, by order: BookOrder, through count: Int, in search: FindSearch?
    ) throws -> [ItemNumber] {
        switch order {
        case .relevance:
            guard count > matches.best.count else { return matches.best }
            let best = Set(matches.best)
            return matches.best + matches.items.filter { !best.contains($0) }
        case .title:
            return try search.map { try sortedByTitle(matches.items, through: count, in: $0) }
                ?? matches.items
        case .cost:
            var priced: [(price: Cents, item: ItemNumber)] = []
            try forEachBook(matches.items) { priced.append(($0.price, $0.item)) }
            return priced.sorted { ($0.price, $0.item) < ($1.price, $1.item) }.map(\.item)
        case .newest: return try sorted(matches.items, byHighest: .added) { $0 > $1 }
        case .sold: return try sorted(matches.items, byHighest: .sold) { $0 < $1 }
        }
    }

    private func sorted(
        _ items: [ItemNumber], byHighest figure: BookFigure, thenBy precedes: (ItemNumber, ItemNumber) -> Bool
    ) throws -> [ItemNumber] {
        let figures = try catalog.figures(figure, of: items)
        guard isWanted() else { throw GivenUp() }
        return items.map { (figure: figures[$0] ?? 0, item: $0) }.sorted {
            $0.figure == $1.figure ? precedes($0.item, $1.item) : $0.figure > $1.figure
        }.map(\.item)
    }

    private func sortedByTitle(
        _ items: [ItemNumber], through count: Int, in search: FindSearch
    ) throws -> [ItemNumber] {
        guard items.count > Self.titlesReadCountMax else { return try search.sortedByTitle(items) }
        let wanted = Set(items)
        var sorted: [ItemNumber] = []
        try search.forEachByTitle { item in
            if wanted.contains(item) { sorted.append(item) }
            return sorted.count < count
        }
        return sorted
    }

    private func forEachBook(_ items: [ItemNumber], _ body: (Book) -> Void) throws {
        var rest = items[...]
        while !rest.isEmpty {
            guard isWanted() else { throw GivenUp() }
            for book in shelf.books(rest.prefix(Self.lookedAtOnceMax)) { body(book) }
            rest = rest.dropFirst(Self.lookedAtOnceMax)
        }
    }
}
