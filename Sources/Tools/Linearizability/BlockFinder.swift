import Model

/// Finds the unknown changes that an operation needs directly before it.
///
/// A block is worth trying only when nothing in it could as well come later:
///
/// - A lookup requires one state, so a block before it is not worth trying if a smaller block within it
///   ends in the same state.
/// - Units that a refusal or a change does not need can come after it.
/// - Only a lookup that saw a price needs it. However, the next price may hide that of an update of both
///   units and price, whose units remain. Such updates of unknown outcome are tried in all combinations,
///   which makes a check expensive.
struct BlockFinder {
    /// A number of unknown members of one class, as one part of a block.
    struct Use {
        let changeClass: Int
        let count: Int
    }

    private struct Supply {
        let changeClass: Int
        let units: Int64
        let price: Cents?
        var count: Int
        /// Whether more units than needed are tried, because the next price hides that of this change.
        var isFree = false

        var rank: Int { isFree ? 0 : units < 0 ? 1 : 2 }
    }

    /// How many combinations the latest enumeration considered. They count as steps of the search.
    private(set) var stepCount = 0
    private var stepCountMax = 0

    /// Changes by -1 without a price, the finest ones: they fill the gap that the others leave.
    private var sales: Supply?
    private var unitsOnly: [Supply] = []
    private var priced: [Supply] = []

    // The state of the running enumeration.
    private var pool: [Supply] = []
    private var poolRise: [Int64] = []
    private var need: ClosedRange<Int64> = 0...0
    private var counts: [Int] = []
    private var giver: Supply?
    private var found: [[Use]] = []

    /// Whether there are changes other than sales. With sales alone, all blocks are simple.
    var hasUpdates: Bool { !unitsOnly.isEmpty || !priced.isEmpty }

    /// Adds `count` members of a class that may be placed now.
    mutating func add(_ change: BookHistory.ChangeClass, index: Int, count: Int) {
        let supply = Supply(changeClass: index, units: change.units, price: change.price, count: count)
        if supply.price != nil {
            priced.append(supply)
        } else if supply.units == -1 {
            sales = supply
        } else {
            unitsOnly.append(supply)
        }
    }

    /// Blocks of at most one update, followed by sales, after which a lookup or refusal fits.
    func simple(before effect: BookHistory.Effect, _ state: BookState) -> [[Use]] {
        switch effect {
        case .change: return []
        case .refusal(let units):
            return units < 0 ? [simple(nil, units: -units - 1 - state.stock)].compactMap { $0 } : []
        case .lookup(let seen):
            let units = seen.stock - state.stock
            let givers = priced.filter { $0.price == seen.price }.map { simple($0, units: units) }
            if seen.price != state.price { return givers.compactMap { $0 } }
            let rises = unitsOnly.filter { $0.units > 0 }.map { simple($0, units: units) }
            return ([simple(nil, units: units)] + rises + givers).compactMap { $0 }
        }
    }

    private func simple(_ first: Supply?, units: Int64) -> [Use]? {
        let saleCount = (first?.units ?? 0) - units
        guard saleCount >= 0, saleCount <= sales?.count ?? 0 else { return nil }
        var block = first.map { [Use(changeClass: $0.changeClass, count: 1)] } ?? []
        if saleCount > 0, let sales {
            block.append(Use(changeClass: sales.changeClass, count: Int(saleCount)))
        }
        return block.isEmpty ? nil : block
    }

    /// All blocks worth trying before an operation that does not fit `state`, or that sets a price.
    ///
    /// - Parameter stepCountMax: the limit of steps. When ``stepCount`` passes it, the blocks are incomplete.
    mutating func all(before effect: BookHistory.Effect, _ state: BookState, _ stepCountMax: Int) -> [[Use]] {
        found = []
        stepCount = 0
        self.stepCountMax = stepCountMax
        let mixed = priced.filter { $0.units != 0 }
        switch effect {
        case .lookup(let seen):
            let need = seen.stock - state.stock
            if seen.price == state.price { find(unitsOnly, need: need...need) }
            for giver in priced where giver.price == seen.price {
                find(unitsOnly + mixed, need: need...need, then: giver)
            }
        case .refusal(let units):
            // A change that takes no units must not be refused.
            guard units < 0 else { return [] }
            let need = -state.stock...(-units - 1 - state.stock)
            find(unitsOnly, need: need)
            for giver in mixed { find(unitsOnly + Self.free(mixed), need: need, then: giver) }
        case .change(let units, let price):
            let isAllowed = state.stock + units >= 0
            let need = max(0, -units) - state.stock...Self.unitsUnbounded
            let rises = unitsOnly.filter { $0.units > 0 }
            if price != nil {
                if !isAllowed || !mixed.isEmpty { find(rises + Self.free(mixed), need: need) }
            } else if !isAllowed {
                find(rises, need: need)
                for giver in mixed { find(rises + Self.free(mixed), need: need, then: giver) }
            }
        }
        return found
    }

    // Far above any stock, far below an overflow.
    private static let unitsUnbounded = Int64.max / 4

    private static func free(_ supplies: [Supply]) -> [Supply] {
        supplies.map { supply in
            var supply = supply
            supply.isFree = true
            return supply
        }
    }

    /// Adds the blocks from `supplies` that give the needed units together with `giver`, which sets the last
    /// price.
    private mutating func find(_ supplies: [Supply], need: ClosedRange<Int64>, then giver: Supply? = nil) {
        pool = supplies
        let units = giver?.units ?? 0
        self.giver = giver
        self.need = need.lowerBound - units...need.upperBound - units
        if let giver, let own = pool.firstIndex(where: { $0.changeClass == giver.changeClass }) {
            pool[own].count -= 1
        }
        // Supplies that the need limits come last, when the sum of the others is known.
        pool.sort { ($0.rank, $0.changeClass) < ($1.rank, $1.changeClass) }
        poolRise = Array(repeating: 0, count: pool.count + 1)
        for index in pool.indices.reversed() {
            poolRise[index] = poolRise[index + 1] + max(0, pool[index].units * Int64(pool[index].count))
        }
        counts = Array(repeating: 0, count: pool.count)
        fill(0, sum: 0)
    }

    private mutating func fill(_ index: Int, sum: Int64) {
        stepCount += 1
        if stepCount > stepCountMax || sum + poolRise[index] < need.lowerBound { return }
        if index == pool.count { return finish(sum) }
        let supply = pool[index]
        for count in 0...supply.count {
            let before = sum + Int64(count - 1) * supply.units
            // The sum has reached the need.
            if count > 0, !supply.isFree, supply.units > 0, before >= need.lowerBound { break }
            counts[index] = count
            fill(index + 1, sum: sum + Int64(count) * supply.units)
        }
        counts[index] = 0
    }

    private mutating func finish(_ sum: Int64) {
        let saleCount = max(0, sum - need.upperBound)
        guard saleCount <= sales?.count ?? 0 else { return }
        for (supply, count) in zip(pool, counts) where count > 0 && !supply.isFree && supply.units > 0 {
            if sum - supply.units >= need.lowerBound { return }
        }
        // Rises come first, and changes without a price last. If any order keeps the stock at 0 or more, this
        // one does.
        var block: [Use] = []
        append(to: &block) { $0.units > 0 }
        append(to: &block) { $0.units < 0 && $0.price != nil }
        if let giver { block.append(Use(changeClass: giver.changeClass, count: 1)) }
        append(to: &block) { $0.units < 0 && $0.price == nil }
        if saleCount > 0, let sales {
            block.append(Use(changeClass: sales.changeClass, count: Int(saleCount)))
        }
        if !block.isEmpty { found.append(block) }
    }

    private func append(to block: inout [Use], where isNext: (Supply) -> Bool) {
        for (supply, count) in zip(pool, counts) where count > 0 && isNext(supply) {
            block.append(Use(changeClass: supply.changeClass, count: count))
        }
    }
}
