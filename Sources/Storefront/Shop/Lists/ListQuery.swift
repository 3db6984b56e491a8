internal import Hummingbird
internal import Model
internal import StoreAPI

/// Which books a list shows, in which order, and which page of it: all of it stands in the address.
struct ListQuery: Sendable {
    /// The address of the list without order, filters and page.
    let root: String
    /// The words to find; nil for a list without.
    let words: String?
    /// The topic that the list is limited to.
    private(set) var topic: String?
    private(set) var order = BookOrder.relevance
    private(set) var isInStockOnly = false
    /// The lowest and the highest price as they were typed.
    private(set) var (costMin, costMax) = ("", "")
    /// From 1.
    private(set) var page = 1
    /// Whether the list is of its topic: the root has it.
    private let isOfTopic: Bool

    /// Reads an address. What it cannot say is left out, but for prices, which a form shows again with their faults.
    ///
    /// - Parameter topic: the topic that the list is of; nil for a list that a topic is a filter of.
    init(_ request: Request, root: String, words: String? = nil, topic: String? = nil) throws {
        self.root = root
        self.words = words
        isOfTopic = topic != nil
        self.topic = try topic ?? request.parameter("topic")
        order = try request.parameter("sort").flatMap { BookOrder(rawValue: $0) } ?? .relevance
        isInStockOnly = try request.parameter("in_stock") == "true"
        costMin = (try request.parameter("cost_min") ?? "").trimmingBlanks()
        costMax = (try request.parameter("cost_max") ?? "").trimmingBlanks()
        page = try request.parameter("page").flatMap { Int($0) } ?? 1
        page = min(max(1, page), StoreLimits.pageNumberMax)
    }

    /// The list as it is without any order, filter and page.
    init(root: String, words: String? = nil) {
        self.root = root
        self.words = words
        isOfTopic = false
    }

    /// Whether it leaves anything out that its root would show.
    var isFiltered: Bool {
        isInStockOnly || !costMin.isEmpty || !costMax.isEmpty || (topic != nil && !isOfTopic)
    }

    /// The prices that the list is limited to; nil for one that is not typed or none.
    var prices: (min: Cents?, max: Cents?) { (ChangeForm.amount(costMin), ChangeForm.amount(costMax)) }

    /// Why a typed price, or the topic, cannot be used; nil where all can.
    var fault: String? {
        if let topic, let fault = ShopText.lineFault(in: topic, byteCountMax: ShopText.topicByteCountMax) {
            return "The topic \(fault)."
        }
        let wrong = [costMin, costMax].first { !$0.isEmpty && ChangeForm.amount($0) == nil }
        return wrong.map { "“\(Wording.listed($0))” is no price; write 12 or 12.50." }
    }

    /// The address of a page of it.
    func path(page: Int) -> String {
        var path = root
        func add(_ name: String, _ value: String?, unless isDefault: Bool) {
            if let value, !isDefault { path = ShopPaths.adding(name, value, to: path) }
        }
        add("topic", topic, unless: isOfTopic)
        add("in_stock", "true", unless: !isInStockOnly)
        add("cost_min", costMin, unless: costMin.isEmpty)
        add("cost_max", costMax, unless: costMax.isEmpty)
        add("sort", order.rawValue, unless: order == .relevance)
        add("page", String(page), unless: page == 1)
        return path
    }
}
