internal import Foundation
internal import Hummingbird
internal import Model
internal import Monitoring
internal import NIOCore
internal import StoreAPI
internal import StoreClient

/// Buying, receipts, and what this browser has bought.
///
/// Each book page has a new key in its form. However often that form is sent – a double click, a reload, Back
/// and again – the store sells one copy. The key is also the address of the receipt. The form contains the
/// price that was shown, and the store does not sell for more. The shop keeps no record: the order server
/// knows the outcome of each key.
struct PurchaseRoutes: Sendable {
    let store: StoreClient
    let pages: Pages
    let problems: ProblemPages

    func add(to router: ShopRouter) {
        router.post("/buy") { try await buy($0, $1) }
        router.get("/receipt/:id") { try await receipt($0, $1) }
        router.get("/orders") { try await orders($0, $1) }
    }

    // MARK: Buying

    /// A press of a Buy button.
    private struct Press {
        let item: ItemNumber
        let id: ReceiptID
        /// The price that the page showed; nil if the form does not contain it.
        let shown: Cents?

        init(_ form: Form) throws {
            item = try form.item()
            id = try form.key()
            shown = try form.shownPrice() ?? id.shownPrice
        }
    }

    private func buy(_ request: Request, _ context: ShopContext) async throws -> Response {
        let press = try Press(try await Form.read(request))
        do {
            if let earlier = await earlier(press, context) {
                return try answer(to: press, boughtBefore: earlier, request, context)
            }
            guard let shown = press.shown else {
                let book = try await store.lookup(press.item, trace: context.trace)
                return try await page(of: book, press, .priceNotSaid(now: book.price), context)
            }
            let outcome = try await store.buy(
                press.item, atMost: shown, key: press.id.key, trace: context.trace)
            guard outcome == .success else { return .redirect(to: ShopPaths.tried(press.item, press.id)) }
            return remembering(press, in: .redirect(to: ShopPaths.receipt(press.id)), request)
        } catch StoreFault.unavailable {
            return try unknownOutcome(of: press, request, context)
        } catch StoreFault.refused(let refusal) {
            switch refusal.status {
            // The first copy of a double click is still in progress.
            case 409: return try unknownOutcome(of: press, request, context)
            case 412: return try await tooExpensive(press, refusal, context)
            case let status:
                guard let problem = Self.refusal(status, of: press) else {
                    throw StoreError.invalid(refusal.words)
                }
                return try problems.answer(problem, context: context)
            }
        }
    }

    /// The outcome of the form if it was sent before; nil if it was not, or if that is unknown.
    private func earlier(_ press: Press, _ context: ShopContext) async -> Receipt? {
        (try? await store.receipt(
            press.id.key, within: ShopLimits.earlierLookTimeMax, trace: context.trace)) ?? nil
    }

    private func answer(
        to press: Press, boughtBefore receipt: Receipt, _ request: Request, _ context: ShopContext
    ) throws -> Response {
        guard receipt.item == press.item else {
            return try problems.answer(Self.usedForOther(press), context: context)
        }
        guard receipt.isSuccess else { return .redirect(to: ShopPaths.tried(press.item, press.id)) }
        return remembering(
            press, isRepeat: true, in: .redirect(to: ShopPaths.receipt(press.id)), request)
    }

    private func remembering(
        _ press: Press, isRepeat: Bool = false, in response: Response, _ request: Request
    ) -> Response {
        RememberedOrders(request).adding(press.id, isRepeat: isRepeat, to: response)
    }

    /// Remembers the purchase, so that My orders shows it if the sale was made after all.
    private func unknownOutcome(
        of press: Press, _ request: Request, _ context: ShopContext
    ) throws -> Response {
        remembering(
            press, in: try problems.answer(Self.outcomeUnknown(press), context: context), request)
    }

    /// Shows the page again with both prices. Its form has the same key, so that going back to the first page
    /// and pressing there does not buy a second copy.
    private func tooExpensive(
        _ press: Press, _ refusal: StoreProblem, _ context: ShopContext
    ) async throws -> Response {
        guard let shown = press.shown, let asked = refusal.price else {
            throw StoreError.invalid(refusal.words)
        }
        let book = try await store.lookup(press.item, trace: context.trace)
        let note = PurchaseNote.tooExpensive(shown: shown, asked: asked, now: book.price)
        return try await page(of: book, press, note, context)
    }

    private func page(
        of book: Book, _ press: Press, _ note: PurchaseNote, _ context: ShopContext
    ) async throws -> Response {
        try await BookPage(store: store, pages: pages).answer(
            book, id: press.id, note: note, status: .conflict, trace: context.trace)
    }

    // MARK: Receipts

    private func receipt(_ request: Request, _ context: ShopContext) async throws -> Response {
        let id = try context.receiptID()
        let receipt: Receipt
        switch try await store.purchase(id.key, trace: context.trace) {
        case .copy(let found): receipt = found
        case .order(let order):
            let view = OrderReceiptView(
                order, id: id, frame: pages.frame("Receipt"),
                isNew: order.isNew() && !RememberedOrders(request).isRepeat(id),
                isLate: try request.parameter(ShopPaths.late) != nil)
            return try pages.answer(view, "order-receipt", caching: .never)
        case nil: return try problems.answer(Self.noPurchase, context: context)
        }
        guard receipt.isSuccess else {
            return try problems.answer(Self.soldOut(receipt), context: context)
        }
        let fallen = id.shownPrice.flatMap { $0 > receipt.price ? $0 : nil }
        let view = ReceiptView(
            frame: pages.frame("Receipt"), id: id.text, item: receipt.item.description, title: receipt.title,
            cover: CoverArt.svg(title: receipt.title, topic: receipt.topic, item: receipt.item),
            paid: Wording.price(receipt.price), tax: TaxView(in: receipt.price.amount),
            shown: fallen.map(Wording.price),
            soldAt: receipt.time.description,
            soldAtWords: ShopProfile.current.zone.words(receipt.time),
            isNew: receipt.isNew() && !RememberedOrders(request).isRepeat(id))
        return try pages.answer(view, "receipt", caching: .never)
    }

    private func orders(_ request: Request, _ context: ShopContext) async throws -> Response {
        let ids = RememberedOrders(request).ids
        let found = try await withThrowingTaskGroup(of: (ReceiptID, Purchase?).self) { group in
            for id in ids {
                group.addTask { (id, try await store.purchase(id.key, trace: context.trace)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        // Sorted by time of purchase: pressing the button again does not make a purchase a new one.
        let bought = ids.compactMap { id in found[id].flatMap { $0 }.map { (id: id, purchase: $0) } }
            .filter(\.purchase.isSuccess)
        let orders = bought.sorted { $0.purchase.time.millis > $1.purchase.time.millis }.map {
            OrdersView.Order($0.purchase, id: $0.id)
        }
        let view = OrdersView(frame: pages.frame("My orders"), orders: orders)
        return try pages.answer(view, "orders", caching: .never)
    }
}

// MARK: What it says when nothing, or nothing certain, was bought

extension PurchaseRoutes {
    private static func outcomeUnknown(_ press: Press) -> ProblemPages.Problem {
        ProblemPages.Problem(
            status: .serviceUnavailable, heading: "We could not finish this yet",
            happened:
                "The store did not answer in time, so we cannot tell whether your copy is already yours.",
            money:
                "Yes. This purchase has a name of its own: however often you ask, at most one copy is sold.",
            advice: "Ask again. If the first try went through, you get its receipt; if not, you buy now.",
            retry: ProblemPages.Retry(
                action: "/buy",
                fields: [
                    .init(name: "item_number", value: press.item.description),
                    .init(name: "key", value: press.id.text),
                    .init(name: "cost", value: press.shown?.description ?? ""),
                ]),
            links: [ProblemPages.Link(link: ShopPaths.book(press.item), words: "Back to the book")])
    }

    private static func usedForOther(_ press: Press) -> ProblemPages.Problem {
        ProblemPages.Problem(
            status: .unprocessableContent, heading: "This form was used for another book",
            happened: "The page's form was sent before, to buy something else.",
            money: "Yes. Sending it again bought nothing.",
            advice: "Open the book's page again and buy from there.",
            links: [ProblemPages.Link(link: ShopPaths.book(press.item), words: "To the book")])
    }

    /// The words for a refused purchase; nil for a refusal without a page of its own.
    private static func refusal(_ status: Int, of press: Press) -> ProblemPages.Problem? {
        switch status {
        case 404: ProblemPages.unknownBook(press.item.description)
        case 422: usedForOther(press)
        default: nil
        }
    }

    private static let noPurchase = ProblemPages.Problem(
        status: .notFound, heading: "No purchase is known here",
        happened: "The store knows of no purchase with this receipt's address.",
        money: "Yes. Nothing was bought under this address, so nothing was paid.",
        advice: "If you were in the middle of buying, go back to the book and press the button again.",
        links: [
            ProblemPages.Link(link: "/orders", words: "My orders"),
            ProblemPages.Link(link: "/", words: "To the shop"),
        ])

    private static func soldOut(_ receipt: Receipt) -> ProblemPages.Problem {
        let title = Wording.isolated(receipt.title)
        return ProblemPages.Problem(
            status: .ok, heading: "This one was sold out",
            happened: "When you pressed the button, the last copy of “\(title)” was already gone.",
            money: "Yes. You bought nothing and owe nothing.",
            advice: "Look at the book again: when a new copy comes in, its page says so.",
            links: [ProblemPages.Link(link: ShopPaths.book(receipt.item), words: "To the book")])
    }
}
