internal import Model
internal import NIOHTTP1
internal import TierHTTP

// Customers' orders.
extension Endpoint {
    static let ordering = [
        cancel, state, forget, customerOrder, customerOrders, basket, newBasket,
    ]

    /// The order server's.
    package static let order = Endpoint(
        "order", [.POST], isPurchase: true, lane: .changes,
        RouteDoc(
            summary:
                "Orders several books, several copies of each: all of them in one sale, or none. The same Idempotency-Key is the same order.",
            parameters: [.key], body: .json(.newOrder), success: .placedOrderResult,
            refusals: [400, 404, 409, 412, 413, 422],
            example: .init(
                key: "my-first-basket",
                body:
                    #"{"lines": [{"item_number": "1", "copies": 1}, {"item_number": "3", "copies": 1}], "name": "Ann"}"#
            )))

    package static let cancel = Endpoint(
        "cancel", [.POST], lane: .changes,
        RouteDoc(
            summary:
                "Takes an order back that is not ready yet; its copies go back to the shelf. Repeating it does nothing more.",
            parameters: [.header("Idempotency-Key", .key, isRequired: true, "The order's key.")],
            success: .placedOrderResult, refusals: [400, 404, 409], example: .init(key: "my-second-basket")))

    package static let state = Endpoint(
        "state", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary:
                "Brings an order a step further: ready, handed over, cancelled, or returned, whole or in part.",
            parameters: [.key], body: .json(.orderStep), success: .fullOrderResult,
            refusals: [400, 404, 409, 413, 422],
            example: .init(body: #"{"order": 2, "state": "ready", "actor": "ann"}"#)))

    package static let forget = Endpoint(
        "forget", [.POST], right: .change, lane: .changes,
        RouteDoc(
            summary: "Erases name, e-mail and address of an order. The sale stays as it is.",
            body: .json(.forgetting), success: .fullOrderResult, refusals: [400, 404, 413],
            example: .init(body: #"{"order": 2}"#)))

    /// `/order`, where customers order.
    package static let customerOrder = Endpoint(
        "order", right: .read, lane: .reads,
        RouteDoc(
            summary: "One order, with whom it is for.",
            parameters: [.query("order", .sequence, isRequired: true, "The order's number.")],
            success: .fullOrderResult, refusals: [400, 404], example: .init(query: "order=2")))

    package static let customerOrders = Endpoint(
        "customer_orders", right: .read, isLong: true, lane: .reads,
        RouteDoc(
            summary: "Orders, newest first.",
            parameters: [
                .query("state", .choice(OrderState.allCases.map(\.name)), "Only orders in this state."),
                .words("The key of a receipt, a number, or a part of the customer's name or e-mail."),
                .query("item_number", .item, "Only orders of this book."),
                .limit(StoreLimits.orderCountMax),
                .query("after", .sequence, "Go on after this order: the `next` of the page before."),
            ], success: .fullOrderPage, refusals: [400], example: .init(query: "state=placed")))

    private static let exampleBasket = "00112233445566778899aabbccddeeff"

    package static let basket = Endpoint(
        "basket", lane: .reads,
        RouteDoc(
            summary:
                "What a customer has put aside, with what its books are now; empty where nothing is kept under this name.",
            parameters: [
                .query("basket", .pattern(BasketID.pattern), isRequired: true, "The basket's secret name.")
            ], success: .basketResult, refusals: [400], example: .init(query: "basket=\(exampleBasket)")))

    /// `/basket`, where a customer changes it.
    package static let newBasket = Endpoint(
        "basket", [.POST], lane: .changes,
        RouteDoc(
            summary:
                "Gives a basket other lines; nothing is reserved by it. It is kept for \(Basket.keptDaysMax) days after its last change; without lines it is forgotten.",
            body: .json(.newBasket), success: .basketResult, refusals: [400, 413],
            example: .init(
                body:
                    #"{"basket": "00112233445566778899aabbccddeeff", "lines": [{"item_number": "1", "copies": 2}]}"#
            )))
}
