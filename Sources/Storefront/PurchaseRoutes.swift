internal import Hummingbird
internal import Model
internal import Monitoring

/// Buying, receipts, and what this browser has bought.
///
/// A book's page carries a new key in its form, so however often that form is sent – a double click, a
/// reload, Back and again – the store sells one copy. The key is also the receipt's address. The shop keeps
/// nothing: the order server knows what became of a key.
struct PurchaseRoutes: Sendable {
    let store: StoreClient
    let pages: Pages
    let problems: ProblemPages

    func add(to router: ShopRouter) {
        router.post("/buy") { try await buy($0, $1) }
        router.get("/receipt/:id") { try await receipt($0, $1) }
        router.get("/orders") { try await orders($0, $1) }
    }

    private func buy(_ request: Request, _ context: ShopContext) async throws -> Response {
        let form = try await Form.read(request)
        let (item, id) = (try form.item(), try form.key())
        var response: Response
        do {
            guard try await store.buy(item, key: id.key, trace: context.trace) else {
                return .redirect(to: ShopPaths.soldOut(item))
            }
            response = .redirect(to: ShopPaths.receipt(id))
        } catch StoreFault.unavailable {
            response = try problems.answer(Self.outcomeUnknown(item, id), context: context)
        } catch StoreFault.refused(let status, let detail, _) {
            guard let problem = Self.refusal(status, item: item, id: id) else {
                throw StoreError.invalid(detail)
            }
            return try problems.answer(problem, context: context)
        }
        // Also when the outcome is not known: if the sale was made, My orders is where it shows.
        response.setCookie(RememberedOrders(request).adding(id).cookie)
        return response
    }

    private func receipt(_ request: Request, _ context: ShopContext) async throws -> Response {
        guard let id = ReceiptID(parsing: context.parameters.get("id") ?? "") else {
            throw ProblemPages.Problem.Thrown(
                problem: ProblemPages.nothing("This is not the address of a receipt."))
        }
        guard let receipt = try await store.receipt(id.key, trace: context.trace) else {
            return try problems.answer(Self.noPurchase, context: context)
        }
        guard receipt.isSuccess else {
            return try problems.answer(Self.soldOut(receipt), context: context)
        }
        let view = ReceiptView(
            frame: pages.frame("Receipt"), id: id.text, item: receipt.item.description, title: receipt.title,
            cover: CoverArt.svg(title: receipt.title, topic: receipt.topic, item: receipt.item),
            paid: Wording.price(receipt.price), soldAt: receipt.time,
            soldAtWords: Wording.time(receipt.time))
        return try pages.answer(view, "receipt", caching: .never)
    }

    private func orders(_ request: Request, _ context: ShopContext) async throws -> Response {
        let ids = RememberedOrders(request).ids
        let receipts = try await withThrowingTaskGroup(of: (ReceiptID, ShopReceipt?).self) { group in
            for id in ids {
                group.addTask { (id, try await store.receipt(id.key, trace: context.trace)) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let orders = ids.compactMap { id -> OrdersView.Order? in
            guard let receipt = receipts[id], receipt.isSuccess else { return nil }
            return OrdersView.Order(
                id: id.text, title: Wording.listed(receipt.title),
                cover: CoverArt.svg(
                    title: Wording.listed(receipt.title), topic: receipt.topic, item: receipt.item),
                when: Wording.time(receipt.time), paid: Wording.price(receipt.price))
        }
        let view = OrdersView(frame: pages.frame("My orders"), orders: orders)
        return try pages.answer(view, "orders", caching: .never)
    }
}

extension PurchaseRoutes {
    private static func outcomeUnknown(_ item: ItemNumber, _ id: ReceiptID) -> ProblemPages.Problem {
        ProblemPages.Problem(
            status: .serviceUnavailable, heading: "We could not finish this yet",
            happened:
                "The store did not answer in time, so we cannot tell whether your copy is already yours.",
            money:
                "Yes. This purchase has a name of its own: however often you ask, at most one copy is sold.",
            advice: "Ask again. If the first try went through, you get its receipt; if not, you buy now.",
            retry: ProblemPages.Retry(item: item.description, key: id.text),
            links: [ProblemPages.Link(link: ShopPaths.book(item), words: "Back to the book")])
    }

    /// What a refused purchase says; nil for a refusal that has no page of its own.
    private static func refusal(_ status: Int, item: ItemNumber, id: ReceiptID) -> ProblemPages.Problem? {
        switch status {
        case 404: return ProblemPages.unknownBook(item.description)
        // The first copy of a double click is still being worked on.
        case 409: return outcomeUnknown(item, id)
        case 422:
            return ProblemPages.Problem(
                status: .unprocessableContent, heading: "This form was used for another book",
                happened: "The page's form was sent before, to buy something else.",
                money: "Yes. Sending it again bought nothing.",
                advice: "Open the book's page again and buy from there.",
                links: [ProblemPages.Link(link: ShopPaths.book(item), words: "To the book")])
        default: return nil
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

    private static func soldOut(_ receipt: ShopReceipt) -> ProblemPages.Problem {
        ProblemPages.Problem(
            status: .ok, heading: "This one was sold out",
            happened: "When you pressed the button, the last copy of “\(receipt.title)” was already gone.",
            money: "Yes. You bought nothing and owe nothing.",
            advice: "Look at the book again: when a new copy comes in, its page says so.",
            links: [ProblemPages.Link(link: ShopPaths.book(receipt.item), words: "To the book")])
    }
}
