internal import Foundation
internal import Hummingbird
internal import Model
internal import StoreAPI
internal import StoreClient

/// The basket and its order.
///
/// The checkout page has a new key in its form, and all that it shows: what is ordered, and what it costs. However
/// often that form is sent, the store makes one order, and none that costs something else.
struct BasketRoutes: Sendable {
    let store: StoreClient
    let pages: Pages
    let problems: ProblemPages

    func add(to router: ShopRouter) {
        router.get("/basket") { request, context in
            try await page(of: try await basket(of: request, context))
        }
        router.post("/basket/add") { try await add($0, $1) }
        router.post("/basket") { try await change($0, $1) }
        router.get("/checkout") { try await checkout($0, $1) }
        router.post("/checkout") { try await order($0, $1) }
        router.post("/receipt/:id/cancel") { try await cancel($1) }
    }

    // MARK: The basket

    private func basket(of request: Request, _ context: ShopContext) async throws -> Basket {
        guard let id = BasketCookie.id(of: request) else { return Basket(lines: []) }
        return try await store.basket(id, trace: context.trace)
    }

    private func page(
        of basket: Basket, note: PurchaseNote? = nil, shown: ShownLines? = nil, key: ReceiptID? = nil,
        status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let view = BasketView(basket, frame: pages.frame("Basket"), note: note, shown: shown, key: key)
        return try pages.answer(view, "basket", status: status, caching: .never)
    }

    private func add(_ request: Request, _ context: ShopContext) async throws -> Response {
        let item = try await Form.read(request).item()
        let lines = try await basket(of: request, context).orderLines
        let copies = lines.first { $0.item == item }?.copies ?? 0
        guard copies > 0 || lines.count < NewOrder.lineCountMax else {
            throw StoreError.invalid(
                "A basket has at most \(NewOrder.lineCountMax) books. Order these first, or remove some.")
        }
        let added = OrderLine(item: item, copies: min(copies + 1, OrderLine.copiesMax))
        return try await keep(lines.filter { $0.item != item } + [added], request, context)
    }

    private func change(_ request: Request, _ context: ShopContext) async throws -> Response {
        let form = try await Form.read(request)
        let removed = try form["remove"]
        let basket = try await basket(of: request, context)
        var lines: [OrderLine] = []
        for line in basket.orderLines where line.item.description != removed {
            let typed = try form["copies-\(line.item)"]?.trimmingBlanks() ?? String(line.copies)
            guard let copies = Int64(typed), (0...OrderLine.copiesMax).contains(copies) else {
                return try await page(of: basket, note: .noCopies(typed), status: .badRequest)
            }
            if copies > 0 { lines.append(OrderLine(item: line.item, copies: copies)) }
        }
        return try await keep(lines, request, context)
    }

    private func keep(
        _ lines: [OrderLine], _ request: Request, _ context: ShopContext
    ) async throws -> Response {
        let id = BasketCookie.id(of: request) ?? .random()
        _ = try await store.keep(lines, in: id, trace: context.trace)
        var response = Response.redirect(to: "/basket")
        response.setCookie(BasketCookie.cookie(id, for: request))
        return response
    }

    // MARK: The order

    private func checkout(_ request: Request, _ context: ShopContext) async throws -> Response {
        let basket = try await basket(of: request, context)
        guard !basket.lines.isEmpty, basket.lines.allSatisfy({ !$0.isShort }),
            let shown = ShownLines(basket)
        else { return .redirect(to: "/basket") }
        let key = try request.parameter("key").flatMap { ReceiptID(parsing: $0) } ?? .random()
        return try checkoutPage(CheckoutForm(key: key, shown: shown), basket)
    }

    private func checkoutPage(
        _ form: CheckoutForm, _ basket: Basket, isSent: Bool = false
    ) throws -> Response {
        let view = CheckoutView(form, basket, frame: pages.frame("Checkout"), isSent: isSent)
        return try pages.answer(
            view, "checkout", status: isSent ? .badRequest : .ok, caching: .never, isNewEachTime: true)
    }

    private func order(_ request: Request, _ context: ShopContext) async throws -> Response {
        let form = try CheckoutForm(try await Form.read(request))
        guard form.faults == (nil, nil, nil) else {
            return try checkoutPage(form, try await titled(form.shown, context), isSent: true)
        }
        do {
            _ = try await store.order(try form.order, trace: context.trace)
            var response = remembering(form.key, in: .redirect(to: ShopPaths.receipt(form.key)), request)
            if let id = BasketCookie.id(of: request) {
                // The order stands whether the basket is emptied or not.
                _ = try? await store.keep([], in: id, trace: context.trace)
                response.setCookie(BasketCookie.cookie(id, for: request))
            }
            return response
        } catch StoreFault.unavailable {
            return try unknownOutcome(of: form, request, context)
        } catch StoreFault.refused(let refusal) {
            let key: ReceiptID? = refusal.status == 412 ? form.key : nil
            switch refusal.status {
            case 409 where refusal.short == nil: return try unknownOutcome(of: form, request, context)
            case 404, 409, 412:
                let note = PurchaseNote.notOrdered(refusal, shown: form.shown.totalCents)
                return try await page(
                    of: try await titled(form.shown, context), note: note, shown: form.shown, key: key,
                    status: .conflict)
            case 422: return try problems.answer(Self.usedForOther, context: context)
            default: throw StoreError.invalid(refusal.words)
            }
        }
    }

    /// What a form orders as it is now, without a basket's cookie too.
    private func titled(_ shown: ShownLines, _ context: ShopContext) async throws -> Basket {
        let lines = try await withThrowingTaskGroup(of: Basket.Line.self) { group in
            for line in shown.lines.map(\.line) {
                group.addTask {
                    let book = try await book(line.item, context)
                    return Basket.Line(item: line.item, copies: line.copies, book: book)
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        return Basket(lines: lines.sorted { $0.item < $1.item })
    }

    private func book(_ item: ItemNumber, _ context: ShopContext) async throws -> Book? {
        do {
            return try await store.lookup(item, trace: context.trace)
        } catch StoreFault.refused(let problem) where problem.status == 404 {
            return nil
        }
    }

    /// Remembers the order, so that My orders shows it if it was made after all.
    private func unknownOutcome(
        of form: CheckoutForm, _ request: Request, _ context: ShopContext
    ) throws -> Response {
        let problem = ProblemPages.Problem(
            status: .serviceUnavailable, heading: "We could not finish this yet",
            happened: "The store did not answer in time, so we cannot tell whether your order is made.",
            money: "Yes. This order has a name of its own: however often you ask, it is made once at most.",
            advice: "Ask again. If the first try went through, you get its receipt; if not, you order now.",
            retry: form.retry, links: [ProblemPages.Link(link: "/basket", words: "Back to the basket")])
        return remembering(form.key, in: try problems.answer(problem, context: context), request)
    }

    private func remembering(_ id: ReceiptID, in response: Response, _ request: Request) -> Response {
        RememberedOrders(request).adding(id, isRepeat: false, to: response)
    }

    private static let usedForOther = ProblemPages.Problem(
        status: .unprocessableContent, heading: "This form was used for another order",
        happened: "The page's form was sent before, to order something else.",
        money: "Yes. Sending it again ordered nothing.",
        advice: "Open the basket and go to checkout from there.",
        links: [ProblemPages.Link(link: "/basket", words: "To the basket")])

    // MARK: Cancelling

    private func cancel(_ context: ShopContext) async throws -> Response {
        let id = try context.receiptID()
        do {
            _ = try await store.cancel(id.key, trace: context.trace)
        } catch StoreFault.refused(let problem) where problem.status == 409 {
            // Its page says how far it is.
            return .redirect(to: ShopPaths.adding(ShopPaths.late, "cancel", to: ShopPaths.receipt(id)))
        }
        return .redirect(to: ShopPaths.receipt(id))
    }
}

extension Basket {
    fileprivate var orderLines: [OrderLine] { lines.map { OrderLine(item: $0.item, copies: $0.copies) } }
}
