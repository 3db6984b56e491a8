internal import Model
internal import Monitoring

/// What happens in a shop over some weeks: the same for the same end.
///
/// Customers come by day and stay away by night, more of them from week to week and on Saturdays. Storekeepers shelve
/// deliveries, lower the prices of a topic for a week, take in new books, and write down what they lose.
struct DemoPlan {
    /// The books with which the store opens.
    let opening: [Book]
    /// In the order of their times, none after the end.
    private(set) var events: [DemoEvent] = []
    /// The best known of the books of which there are copies at the end.
    var best: Book? { shelf.best }

    static let dayCount: Int64 = 28
    private static let dayMillis: Int64 = 86_400_000
    private static let minuteMillis: Int64 = 60_000
    /// How many customers an ordinary first day has.
    private static let customerCount = 120.0
    /// How busy each hour of a day is (UTC).
    private static let hours = [
        2, 1, 1, 0, 0, 1, 2, 4, 6, 8, 9, 10, 12, 11, 9, 8, 9, 11, 13, 15, 16, 13, 8, 4,
    ]
    /// How busy each day of a week is, from Monday.
    private static let weekdays = [0.8, 0.9, 0.95, 1, 1.15, 1.4, 1.1]
    /// The topic of each week, whose prices are lowered.
    private static let themes = ["Poetry", "French literature", "Science fiction and fantasy", "Philosophy"]

    private var shelf: DemoShelf
    private var random = FastRandom(seed: 1813)
    private let end: Timestamp
    private var deliveryCount = 0
    /// What the books of the week's topic cost before.
    private var loweredFrom: [(item: ItemNumber, price: Cents)] = []

    init(until end: Timestamp) {
        self.end = end
        shelf = DemoShelf(using: &random)
        opening = shelf.opening
        describe(at: Timestamp(millis: (end.dayNumber - Self.dayCount + 1) * Self.dayMillis))
        for day in 0..<Self.dayCount { live(day, of: end.dayNumber - Self.dayCount + 1 + day) }
    }

    private mutating func live(_ day: Int64, of dayNumber: Int64) {
        // 1970-01-01 was a Thursday.
        let weekday = Int((dayNumber + 3) % 7)
        let mood = Self.weekdays[weekday] * Double.random(in: 0.85...1.15, using: &random)
        let count = Int(Self.customerCount * mood * (1 + Double(day) / 40))
        var acts: [(minute: Int64, act: (inout DemoPlan, Timestamp) -> Void)] = (0..<count).map { _ in
            (minuteOfCustomer(), { $0.serve(at: $1) })
        }
        switch weekday {
        case 0:
            acts.append((470, { $0.raisePrices(at: $1) }))
            acts.append((475, { $0.lowerPrices(of: Self.themes[Int(day / 7) % Self.themes.count], at: $1) }))
        case 1, 4: acts.append((520, { $0.shelveDelivery(at: $1) }))
        case 2: for turn in 0..<10 { acts.append((615 + 2 * Int64(turn), { $0.takeInNew(at: $1) })) }
        case 3: acts.append((980, { $0.writeOff(at: $1) }))
        default: if day / 7 == 2, weekday == 5 { acts.append((1_090, { $0.retire(at: $1) })) }
        }
        let start = dayNumber * Self.dayMillis
        for (minute, act) in acts.sorted(by: { $0.minute < $1.minute }) {
            let time = Timestamp(
                millis: max(
                    start + minute * Self.minuteMillis
                        + Int64.random(in: 0..<Self.minuteMillis, using: &random),
                    events.last?.time.millis ?? 0))
            guard time.millis <= end.millis else { return }
            act(&self, time)
        }
    }

    private mutating func minuteOfCustomer() -> Int64 {
        var point = Int.random(in: 0..<Self.hours.reduce(0, +), using: &random)
        let hour = Self.hours.firstIndex { weight in
            point -= weight
            return point < 0
        }
        return Int64(hour ?? 0) * 60 + Int64.random(in: 0..<60, using: &random)
    }

    // MARK: What is done

    private mutating func serve(at time: Timestamp) {
        guard let book = shelf.wanted(using: &random) else { return }
        // Most see that it is sold out, and take no copy to the till.
        guard book.stock > 0 || Int.random(in: 0..<10, using: &random) == 0 else { return }
        events.append(DemoEvent(time: time, kind: .sale(book.item)))
        if book.stock > 0 { shelf.change(book.item, units: -1) }
    }

    private mutating func keep(
        _ work: KeeperRequest.Work, by actor: String, _ reason: String, at time: Timestamp
    ) {
        let request = KeeperRequest(work, actor: actor, reason: reason)
        events.append(DemoEvent(time: time, kind: .keepers([request])))
    }

    /// Says of the books with which the store opens what is known of them.
    private mutating func describe(at time: Timestamp) {
        let requests = opening.map { book in
            let facts = DemoShelf.facts(of: book.item).known.map { ($0.fact, Optional($0.text)) }
            let edit = BookEdit(item: book.item, facts: Dictionary(uniqueKeysWithValues: facts))
            return KeeperRequest(
                .edit(edit, expectedVersion: nil), actor: "Amira", reason: "From our card index")
        }
        events.append(DemoEvent(time: time, kind: .keepers(requests)))
    }

    private mutating func change(
        _ changes: [StockChange], by actor: String, _ reason: String, at time: Timestamp
    ) {
        guard !changes.isEmpty else { return }
        for change in changes { shelf.change(change.item, units: change.units ?? 0, price: change.price) }
        keep(.updates(changes.map { KeeperUpdate($0) }), by: actor, reason, at: time)
    }

    private mutating func shelveDelivery(at time: Timestamp) {
        deliveryCount += 1
        let boxes = shelf.books(where: { $0.stock <= 12 }).compactMap { book -> StockChange? in
            if DemoShelf.isBestseller(book) {
                return StockChange(item: book.item, units: DemoShelf.bestsellerStock)
            }
            // One publisher in four does not deliver.
            guard book.stock <= 2, book.item.value % 4 != 0 else { return nil }
            return StockChange(item: book.item, units: 5)
        }
        change(
            Array(boxes.prefix(KeeperRequest.updateCountMax)), by: "Maria",
            "Delivery note \(4_710 + deliveryCount)", at: time)
    }

    private mutating func lowerPrices(of topic: String, at time: Timestamp) {
        let chosen = shelf.books { $0.topic == topic && $0.price.amount > 1_000 }.prefix(25)
        loweredFrom = chosen.map { ($0.item, $0.price) }
        // A fifth less, and again so many cents that it looks like less.
        let changes = chosen.map {
            StockChange(item: $0.item, price: Cents($0.price.amount * 4 / 500 * 100 + 95))
        }
        change(changes, by: "Jonas", "\(topic): book of the week", at: time)
    }

    private mutating func raisePrices(at time: Timestamp) {
        let changes = loweredFrom.map { StockChange(item: $0.item, price: $0.price) }
        loweredFrom = []
        change(changes, by: "Jonas", "The week is over", at: time)
    }

    private mutating func takeInNew(at time: Timestamp) {
        guard let book = shelf.addNext() else { return }
        let new = NewBook(
            item: book.item, title: book.title, topic: book.topic, price: book.price, stock: book.stock,
            facts: DemoShelf.facts(of: book.item))
        keep(.add(new), by: "Amira", "New in our programme", at: time)
    }

    private mutating func writeOff(at time: Timestamp) {
        guard let book = shelf.books(where: { $0.stock >= 4 }).randomElement(using: &random) else { return }
        change([StockChange(item: book.item, units: -1)], by: "Jonas", "Bleached in the window", at: time)
    }

    private mutating func retire(at time: Timestamp) {
        guard let book = shelf.books(where: { $0.stock == 0 }).first else { return }
        shelf.retire(book.item)
        keep(.retire(book.item, expectedVersion: nil), by: "Amira", "Out of print", at: time)
    }
}
