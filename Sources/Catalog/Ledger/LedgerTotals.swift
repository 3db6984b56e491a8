internal import Model
internal import StoreAPI
internal import Synchronization

/// Sales by day and topic, counted up from the ledger as far as it has grown since it was last asked.
final class LedgerTotals: Sendable {
    /// One topic's sales of one day.
    struct Total: Sendable {
        let day: Int64
        let topic: String
        var count: Int64
        var cents: Int64
    }

    /// Time zones of which the totals are kept, at most: the shops of a store mostly have one.
    private static let zoneCountMax = 4

    private struct State {
        var through: Int64 = 0
        var days: [Int64: [String: Total]] = [:]
        /// Days before this one were dropped, so that the memory does not grow with the years.
        var firstKept = Int64.min
    }

    private let states = Mutex<[ShopZone: State]>([:])

    /// The totals of the last `dayCount` days on which something was sold or could have been: today and the
    /// days before it, in a time zone, the newest first, each day's topics in order. Reads the disk.
    ///
    /// A clock that was set ahead and back again costs a count of the whole ledger, and no day: what was dropped
    /// for the later day is counted again.
    func read(
        from store: any CatalogStoring, dayCount: Int, today: Int64, in zone: ShopZone = .utc
    ) throws -> [Total] {
        try states.withLock { states in
            if states[zone] == nil, states.count >= Self.zoneCountMax { states = [:] }
            var state = states[zone] ?? State()
            defer { states[zone] = state }
            let last = store.lastMovement
            // A ledger that is shorter than before was reopened after a fault.
            let firstKept = today - Int64(StoreLimits.dayCountMax) + 1
            if last < state.through || firstKept < state.firstKept { state = State() }
            // The sales of a book count for the topic that it has.
            if state.through > 0, last > state.through, try store.hasNewTopics(after: state.through) {
                state = State()
            }
            if last > state.through { try Self.add(to: &state, through: last, from: store, in: zone) }
            state.days = state.days.filter { $0.key >= firstKept }
            state.firstKept = firstKept
            return state.days.filter { $0.key > today - Int64(dayCount) }.sorted { $0.key > $1.key }.flatMap {
                $0.value.values.sorted { $0.topic < $1.topic }
            }
        }
    }

    private static func add(
        to state: inout State, through last: Int64, from store: any CatalogStoring, in zone: ShopZone
    ) throws {
        let first = state.through
        var days = ZoneDays(zone)
        try store.forEachSale(after: first, through: last) { time, topic, copies, cents in
            let day = days.day(of: time)
            var total = state.days[day]?[topic] ?? Total(day: day, topic: topic, count: 0, cents: 0)
            total.count += copies
            total.cents += cents
            state.days[day, default: [:]][topic] = total
        }
        state.through = last
    }
}
