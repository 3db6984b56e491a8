internal import Foundation
internal import Model

/// A book in a keeper's table.
struct DeskRow {
    let item: String
    let title: String
    let topic: String
    let price: String
    let rawPrice: String
    let stock: String
    let rawStock: Int64
    let tone: String
    let sold: String

    init(_ desk: BookDetails) {
        let book = desk.book
        item = book.item.description
        title = Wording.listed(book.title)
        topic = Wording.listed(book.topic)
        price = Wording.price(book.price)
        rawPrice = book.price.description
        stock = Wording.count(book.stock)
        rawStock = book.stock
        tone = book.stock <= Wording.lowStockMax ? "low" : ""
        sold = Wording.count(desk.sold)
    }
}

/// An entry of the ledger in a table.
struct MovementRow {
    let when: String
    let kind: String
    let item: String
    let title: String
    let units: String
    let price: String
    let stock: String
    let actor: String
    let reason: String

    init(_ movement: Movement) {
        when = String(movement.time.prefix(19)).replacing("T", with: " ")
        kind = Self.kind(movement)
        item = movement.item
        title = Wording.listed(movement.title)
        units = movement.units.map { ($0 > 0 ? "+" : "") + Wording.count($0) } ?? ""
        // A sale's price is what was paid; any other movement has one where it sets one.
        let amount = movement.kind == "sale" ? movement.priceAfter : movement.price
        price = amount.flatMap { Cents(parsing: $0) }.map(Wording.price) ?? ""
        stock = Wording.count(movement.stockAfter)
        actor = movement.actor ?? ""
        reason = movement.reason ?? ""
    }

    private static func kind(_ movement: Movement) -> String {
        switch movement.kind {
        case "sale": "Sale"
        case "add": "Added"
        case "retire": "Retired"
        default:
            switch (movement.units, movement.price) {
            case (nil, _): "Price"
            case (_, nil): "Stock"
            default: "Stock and price"
            }
        }
    }
}

struct TodayView {
    let frame: Pages.Frame
    let sales: String
    let revenue: String
    let lowCount: String
    let tiers: [TierRow]
    /// Whether the catalog does not answer, so that there are no figures.
    let isAway: Bool
    let plot: String
    let movements: [MovementRow]
    let showsBook = true
    let showsKeeper = false
}

/// A server in the list of servers.
struct TierRow: Encodable {
    let tier: String
    let words: String
    let tone: String
    let millis: String

    init(_ health: TierHealth) {
        tier = health.tier
        words = health.ready ? "Up" : "Down"
        tone = health.ready ? "good" : "low"
        let figure = health.millis.map { $0.formatted(.number.precision(.fractionLength(2))) + " ms" }
        millis = health.ready ? figure ?? "" : health.detail
    }
}

struct DeskBooksView {
    let frame: Pages.Frame
    let key: String
    let heading: String
    let done: String?
    let path: String
    /// Where a change comes back to.
    let back: String
    let isLow: Bool
    let isRetired: Bool
    let max: String
    let query: String
    /// Why the filter's field cannot be used.
    let fault: String?
    let items: String
    /// A reason that was typed before.
    let reason: String
    let books: [DeskRow]
    let pages: PageLinks?
}

struct DeskBookView {
    let frame: Pages.Frame
    let key: String
    let retireKey: String
    let done: String?
    let cover: String
    let title: String
    let topic: String
    let row: DeskRow
    let isRetired: Bool
    /// Copies on the shelf and sold together, which sales leave as they are.
    let copies: Int64
    /// A reason that was typed before.
    let reason: String
    let retiring: FieldView
    let movements: [MovementRow]
    let showsBook = false
    let showsKeeper = true
    let pages: PageLinks?
}

struct LedgerView {
    let frame: Pages.Frame
    let heading: String
    let kinds: [Choice]
    let movements: [MovementRow]
    let showsBook = true
    /// Whether who and why are shown, which sales have none of.
    let showsKeeper: Bool
    let pages: PageLinks?
}

/// One of several views of a list.
struct Choice {
    let link: String
    let words: String
    let isCurrent: Bool
}

struct TotalsView {
    struct Row {
        let name: String
        let sales: String
        let revenue: String
    }

    let frame: Pages.Frame
    let days: Int
    let spans: [Choice]
    let sales: String
    let revenue: String
    let plot: String
    let topics: [Row]
    let daily: [Row]
}
