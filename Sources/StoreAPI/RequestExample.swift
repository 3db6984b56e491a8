internal import NIOHTTP1
internal import TierHTTP

/// One request to a route, as somebody types it to try it out. It works with the four books of a new store.
struct RequestExample {
    private let route: Route
    private let query: String?
    private let key: String?
    private let body: String?

    private init(_ route: Route, query: String? = nil, key: String? = nil, body: String? = nil) {
        self.route = route
        self.query = query
        self.key = key
        self.body = body
    }

    /// The example of a route; of one that needs nothing, its plain address.
    init(of route: Route) {
        switch route.name {
        case "search", "query_by_topic": self.init(route, query: "topic=distributed+systems")
        case "lookup", "query_by_item", "book": self.init(route, query: "item_number=1")
        case "buy": self.init(route, query: "item_number=2", key: "my-first-order")
        case "receipt": self.init(route, key: "my-first-order")
        case "update": self.init(route, query: "item_number=3&cost=5.50&stock=2")
        case "find": self.init(route, query: "q=graduate&limit=5")
        case "books": self.init(route, query: "stock_max=3")
        case "movements": self.init(route, query: "kind=sale&limit=10")
        case "totals": self.init(route, query: "days=7")
        case "topics", "orders", "ledger": self.init(route, query: "limit=10")
        case "updates":
            self.init(
                route,
                body:
                    #"{"actor": "ann", "reason": "delivery", "updates": [{"item_number": "2", "stock": 5}]}"#)
        case "add":
            self.init(
                route, body: #"{"title": "Small Gardens", "topic": "gardening", "cost": "12.50", "stock": 9}"#
            )
        case "retire": self.init(route, body: #"{"item_number": "4", "reason": "out of print"}"#)
        case "import":
            self.init(route, query: "dry_run=true", body: "init,101,9,12.50,gardening,Small Gardens")
        default: self.init(route)
        }
    }

    /// A line for a shell.
    ///
    /// - Parameter port: where the tier usually listens; nil for one that has no usual place.
    func commandLine(port: Int?) -> String {
        var words = ["curl"]
        if route.isGuarded { words.append(#"-H "Authorization: Bearer $TOKEN""#) }
        if let key { words.append("-H 'Idempotency-Key: \(key)'") }
        if let body {
            words.append("-H 'Content-Type: \(route.doc?.body?.contentType ?? "application/json")'")
            words.append("--data-binary '\(body)'")
        } else if route.methods.contains(.POST) {
            words.append("-X POST")
        }
        words.append("'127.0.0.1:\(port ?? 8000)/\(route.name)\(query.map { "?" + $0 } ?? "")'")
        return words.joined(separator: " ")
    }
}
