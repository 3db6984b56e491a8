internal import Foundation
internal import Hummingbird
internal import Model
internal import NIOCore
internal import StoreAPI
internal import StoreClient

extension DeskRoutes {
    private static let movementsPerPage = 50
    private static let recentCount = 8
    private static let daysOnToday = 14
    /// The most low-stock books that the first page counts; more are shown as "100 or more".
    private static let lowCountMax = 100

    func today(_ context: ShopContext, _ session: DeskSession) async throws -> Response {
        async let health = store.tiers(trace: context.trace)
        let figures: Figures?
        do {
            figures = try await self.figures(context)
        } catch StoreFault.unavailable, StoreFault.busy {
            // Without figures the page still shows the state of the servers.
            figures = nil
        }
        let frame = desk.frame("Today", session, at: "/desk")
        let view = TodayView(
            frame: frame, sales: figures.map { Wording.count($0.sales.today.sales) } ?? "–",
            revenue: figures.map { Wording.amount($0.sales.today.cents) } ?? "–",
            lowCount: figures?.lowCount ?? "–", tiers: TierRow.rows(of: try await health),
            isAway: figures == nil, plot: figures.map { SalesPlot.html($0.sales) } ?? "",
            movements: figures?.recent ?? [])
        return try desk.answer(view, "desk-today")
    }

    /// The catalog's figures for today.
    private struct Figures {
        let sales: SalesTable
        let lowCount: String
        let recent: [MovementRow]
    }

    private func figures(_ context: ShopContext) async throws -> Figures {
        async let totals = store.totals(
            days: Self.daysOnToday, zone: ShopProfile.current.zone, trace: context.trace)
        async let low = store.books(
            StoreClient.BookFilter(stockMax: Wording.lowStockMax), limit: Self.lowCountMax,
            trace: context.trace)
        async let recent = store.movements(kind: "sale", limit: Self.recentCount, trace: context.trace)
        let page = try await low
        return Figures(
            sales: SalesTable(try await totals, days: Self.daysOnToday),
            lowCount: page.next == nil ? String(page.result.count) : "\(Self.lowCountMax) or more",
            recent: try await recent.result.map(MovementRow.init))
    }

    /// Answers with the servers' state, for the script that keeps the list current.
    func tiers(_ context: ShopContext) async throws -> Response {
        let rows = TierRow.rows(of: try await store.tiers(trace: context.trace))
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8", .cacheControl: Pages.Caching.never.rawValue,
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: try JSONEncoder().encode(rows))))
    }

    func book(_ request: Request, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        guard let item = ItemNumber(parsing: context.parameters.get("item") ?? "") else {
            throw DeskError.badFields(["The address does not name a book."])
        }
        return try await bookPage(
            item, context, session, after: try request.parameter("after"),
            done: DeskNotice(try request.parameter("done")).words,
            reason: try request.parameter("reason") ?? "")
    }

    /// - Parameters:
    ///   - reason: the reason that was typed in the form of changes.
    ///   - retiring: the reason in the form that retires the book, if that form is shown again.
    func bookPage(
        _ item: ItemNumber, _ context: ShopContext, _ session: DeskSession, after: String? = nil,
        done: String? = nil, reason: String = "", retiring: FieldView? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        async let ledger = store.movements(
            of: item, limit: Self.movementsPerPage, after: after, trace: context.trace)
        let found = try await store.book(item, trace: context.trace).result
        let page = try await ledger
        let book = found.book
        let shown = await shownFacts(of: found, context)
        let view = DeskBookView(
            frame: desk.frame(book.title, session), key: ReceiptID.random().text,
            retireKey: ReceiptID.random().text, done: done,
            cover: CoverArt.html(title: book.title, topic: book.topic, item: item, shown),
            givenCover: found.facts[.cover], isImageLost: shown[.cover] != found.facts[.cover], book: book,
            known: FactsView(found.facts), row: DeskRow(found), isRetired: found.isRetired,
            copies: book.stock + found.sold, reason: reason,
            retiring: retiring ?? FieldView(value: "", fault: nil, isFocused: false),
            movements: page.result.map(MovementRow.init),
            pages: PageLinks(path: "/desk/book/\(item)", after: after, next: page.next))
        return try desk.answer(view, "desk-book", status: status)
    }

    /// What the shop shows of a book: without a cover of which the image is missing. Of one without a cover, or out of the
    /// shop, nothing is asked.
    private func shownFacts(of found: BookDetails, _ context: ShopContext) async -> BookFacts {
        guard found.facts[.cover] != nil, !found.isRetired else { return found.facts }
        return (try? await store.details(found.book.item, trace: context.trace))?.facts ?? found.facts
    }

    func ledger(_ request: Request, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let kind = try request.parameter("kind")
        let after = try request.parameter("after")
        let page = try await store.movements(
            kind: kind, limit: Self.movementsPerPage, after: after, trace: context.trace)
        let kinds: [(kind: String?, words: String)] = [
            (nil, "Everything"), ("sale", "Sales"), ("update", "Changes"), ("add", "Added"),
            ("edit", "Edited"), ("retire", "Retired"), ("restore", "Brought back"),
        ]
        let path = { (kind: String?) in "/desk/ledger" + (kind.map { "?kind=\($0)" } ?? "") }
        let current = kinds.first { $0.kind == kind } ?? (nil, "Ledger")
        let heading = current.kind == nil ? "Ledger" : current.words
        let frame = desk.frame(heading, session, at: path(current.kind == "sale" ? "sale" : nil))
        let view = LedgerView(
            frame: frame, heading: heading,
            kinds: kinds.map {
                Choice(link: path($0.kind), words: $0.words, isCurrent: $0.kind == current.kind)
            }, movements: page.result.map(MovementRow.init),
            showsKeeper: current.kind != "sale",
            pages: PageLinks(path: path(current.kind), after: after, next: page.next))
        return try desk.answer(view, "desk-ledger")
    }

    func totals(_ request: Request, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let spans = [7, 30, 90, 365]
        let days = try request.parameter("days").flatMap(Int.init) ?? 30
        guard spans.contains(days) else {
            throw DeskError.badFields(["Totals are there for 7, 30, 90 and 365 days."])
        }
        let sales = SalesTable(
            try await store.totals(days: days, zone: ShopProfile.current.zone, trace: context.trace),
            days: days)
        let frame = desk.frame("Totals", session, at: "/desk/totals")
        let row = { (name: String, sum: SalesTable.Sum) in
            TotalsView.Row(
                name: name, sales: Wording.count(sum.sales), revenue: Wording.amount(sum.cents))
        }
        let view = TotalsView(
            frame: frame, days: days,
            spans: spans.map {
                Choice(link: "/desk/totals?days=\($0)", words: "\($0) days", isCurrent: $0 == days)
            }, sales: Wording.books(Int(sales.total.sales)), revenue: Wording.amount(sales.total.cents),
            plot: SalesPlot.html(sales), topics: sales.topics.map { row($0.name, $0.sum) },
            daily: sales.days.reversed().filter { $0.sum.sales > 0 }.map { row($0.name, $0.sum) })
        return try desk.answer(view, "desk-totals")
    }
}
