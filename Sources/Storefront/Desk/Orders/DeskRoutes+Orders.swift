internal import Foundation
internal import Hummingbird
internal import Model
internal import StoreAPI
internal import StoreClient

// Customers' orders.
extension DeskRoutes {
    private static let ordersPerPage = 50
    private static let ordersPath = "/desk/orders"

    // MARK: The list

    /// Which orders the address asks for.
    private struct OrderList {
        var filter = StoreClient.OrderFilter()
        var query = ""
        var item = ""
        var after: String?
        var fault: String?

        init(_ request: Request) throws {
            filter.state = try request.parameter("state").flatMap { OrderState(name: $0) }
            query = (try request.parameter("q") ?? "").trimmingBlanks()
            item = (try request.parameter("item_number") ?? "").trimmingBlanks()
            after = try request.parameter("after")
            if !query.isEmpty {
                filter.words = query
                fault = ShopText.lineFault(in: query, byteCountMax: StoreLimits.queryByteCountMax).map {
                    "What you look for \($0)."
                }
            }
            if !item.isEmpty {
                filter.item = ItemNumber(parsing: item)
                if filter.item == nil {
                    fault = "“\(Wording.clipped(item, lengthMax: 20))” is no book's number."
                }
            }
        }

        /// The list's address, or that of the same with orders in another state.
        func path(state: OrderState?) -> String {
            let pairs = [("state", state?.name ?? ""), ("q", query), ("item_number", item)]
            return pairs.filter { !$0.1.isEmpty }.reduce(ordersPath) {
                ShopPaths.adding($1.0, $1.1, to: $0)
            }
        }
    }

    func orders(_ request: Request, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let list = try OrderList(request)
        let refused = try request.parameter("refused")?.split(separator: "\n").map(String.init) ?? []
        let page =
            list.fault == nil
            ? try await store.customerOrders(
                list.filter, limit: Self.ordersPerPage, after: list.after, trace: context.trace) : nil
        let orders = page?.result ?? []
        let own = list.path(state: list.filter.state)
        let states: [OrderState?] = [nil] + OrderState.allCases.map { $0 }
        let view = DeskOrdersView(
            frame: desk.frame("Orders", session, at: Self.ordersPath),
            done: DeskNotice(try request.parameter("done")).words, refused: refused,
            states: states.map { state in
                Choice(
                    link: list.path(state: state), words: state.map(\.words)?.capitalizedFirst ?? "All",
                    isCurrent: state == list.filter.state)
            }, state: list.filter.state?.name ?? "", query: list.query, item: list.item, fault: list.fault,
            orders: orders.map(DeskOrdersView.Row.init),
            numbers: orders.map { String($0.number) }.joined(separator: "."),
            steps: session.may(.change) ? OrderStepChoice.all(from: list.filter.state) : [],
            back: list.after.map { ShopPaths.adding("after", $0, to: own) } ?? own,
            pages: PageLinks(path: own, after: list.after, next: page?.next))
        return try desk.answer(view, "desk-orders", status: list.fault == nil ? .ok : .badRequest)
    }

    /// Brings each order that is ticked a step further. Each of them is a change of its own: those that cannot take the
    /// step are named, and the others take it.
    func stepOrders(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let key = try form.key()
        let state = try Self.state(in: form)
        let reason = try Self.reason(in: form)
        var back = ShopPaths.desk(try form["back"]) ?? Self.ordersPath
        let numbers = (try form["orders"] ?? "").split(separator: ".").compactMap { Int64($0) }
            .prefix(Self.ordersPerPage)
        let ticked = try numbers.filter { try form["order-\($0)"] != nil }
        guard !ticked.isEmpty else {
            return .redirect(to: ShopPaths.adding("done", DeskNotice.noOrder.code, to: back))
        }
        var refused: [String] = []
        for number in ticked {
            do {
                _ = try await store.step(
                    OrderStep(order: number, state: state), actor: session.keeper, reason: reason,
                    key: IdempotencyKey(trusted: "\(key.text).\(number)"), trace: context.trace)
            } catch StoreFault.refused(let problem) where [404, 409, 422].contains(problem.status) {
                refused.append(DeskError.sentence(problem.words))
            }
        }
        let done = DeskNotice.orders(ticked.count - refused.count)
        back = ShopPaths.adding("done", done.code, to: back)
        // An address has room for the first of them.
        let named = refused.prefix(5).joined(separator: "\n")
        return .redirect(to: named.isEmpty ? back : ShopPaths.adding("refused", named, to: back))
    }

    private static func state(in form: Form) throws -> OrderState {
        guard let state = OrderState(name: try form["state"] ?? ""), state != .placed else {
            throw DeskError.badFields(["The form does not say what becomes of the order."])
        }
        return state
    }

    /// A reason, which an order's step need not have.
    private static func reason(in form: Form) throws -> String? {
        let reason = (try form["reason"] ?? "").trimmingBlanks()
        guard !reason.isEmpty else { return nil }
        if let fault = ChangeForm.fault(inReason: reason) { throw DeskError.badFields([fault]) }
        return reason
    }

    // MARK: One order

    /// - Parameter template: the page, the picking list, or the receipt.
    func order(
        _ request: Request, _ context: ShopContext, _ session: DeskSession, template: String = "desk-order"
    ) async throws -> Response {
        guard let number = context.parameters.get("number").flatMap({ Int64($0) }), number > 0 else {
            throw DeskError.badFields(["The address does not name an order."])
        }
        let order = try await store.customerOrder(number, trace: context.trace).result
        let view = DeskOrderView(
            order, frame: desk.frame("Order \(number)", session),
            done: DeskNotice(try request.parameter("done")).words)
        return try desk.answer(view, template)
    }

    func stepOrder(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response {
        let number = try Self.number(in: form)
        let state = try Self.state(in: form)
        let lines = state == .returned ? try Self.returned(in: form) : nil
        let key = try form.key().key
        let reason = try Self.reason(in: form)
        do {
            _ = try await store.step(
                OrderStep(order: number, state: state, lines: lines), actor: session.keeper, reason: reason,
                key: key, trace: context.trace)
        } catch StoreFault.refused(let problem) where problem.status == 409 {
            throw DeskError(
                status: .conflict, heading: "The order does not take this step",
                happened: DeskError.sentence(problem.words) + " Nothing was changed.",
                advice: "Look at the order as it is, and decide anew.",
                links: [ProblemPages.Link(link: "/desk/order/\(number)", words: "To the order")])
        }
        return .redirect(to: "/desk/order/\(number)?done=\(DeskNotice.orders(1).code)")
    }

    private static func number(in form: Form) throws -> Int64 {
        guard let number = Int64(try form["order"] ?? ""), number > 0 else {
            throw DeskError.badFields(["The form does not name an order."])
        }
        return number
    }

    /// The copies that come back, by the fields of the order's books.
    private static func returned(in form: Form) throws -> [OrderLine] {
        var lines: [OrderLine] = []
        for item in (try form["items"] ?? "").split(separator: ".").prefix(NewOrder.lineCountMax) {
            let typed = (try form["back-\(item)"] ?? "").trimmingBlanks()
            guard let item = ItemNumber(parsing: String(item)), !typed.isEmpty else { continue }
            guard let copies = Int64(typed), (0...OrderLine.copiesMax).contains(copies) else {
                throw DeskError.badFields([
                    "“\(Wording.clipped(typed, lengthMax: 20))” is no number of copies."
                ])
            }
            if copies > 0 { lines.append(OrderLine(item: item, copies: copies)) }
        }
        guard !lines.isEmpty else { throw DeskError.badFields(["Say how many copies come back."]) }
        return lines
    }

    /// Erases whom an order is for.
    func forgetCustomer(_ form: Form, _ context: ShopContext, _ session: DeskSession) async throws -> Response
    {
        let number = try Self.number(in: form)
        _ = try await store.forget(number, trace: context.trace)
        return .redirect(to: "/desk/order/\(number)?done=\(DeskNotice.forgotten.code)")
    }
}
